/** Whole frames of a WebSocket (RFC 6455 §5.2), in either direction. */

export const PING = 9
export const PONG = 10

export interface Frame {
  readonly opcode: number
  /** As it came. */
  readonly bytes: Buffer
  /** Unmasked. */
  readonly payload: Buffer
}

/** Cuts a stream into frames; what is not complete yet is kept for the next piece. */
export class FrameCutter {
  #rest = Buffer.alloc(0)

  push(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = []
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (let frame = readFrame(this.#rest); frame !== null; frame = readFrame(this.#rest)) {
      this.#rest = this.#rest.subarray(frame.bytes.length)
      frames.push(frame)
    }
    return frames
  }
}

function readFrame(bytes: Buffer): Frame | null {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return null
  const short = second & 0x7f
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  const masked = (second & 0x80) !== 0
  const begin = 2 + extra + (masked ? 4 : 0)
  if (bytes.length < begin) return null
  const length = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (bytes.length < begin + length) return null
  const raw = bytes.subarray(begin, begin + length)
  const mask = bytes.subarray(begin - 4, begin)
  const payload = masked ? Buffer.from(raw.map((octet, at) => octet ^ (mask[at % 4] ?? 0))) : raw
  return {opcode: first & 0x0f, bytes: bytes.subarray(0, begin + length), payload}
}

/** A pong as a server sends it, unmasked; a payload of control frames has at most 125 octets. */
export function pongFrame(payload: Buffer): Buffer {
  const short = payload.subarray(0, 125)
  return Buffer.concat([Buffer.of(0x80 | PONG, short.length), short])
}
