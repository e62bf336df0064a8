/** Frames of the WebSocket protocol (RFC 6455 section 5), from a client's side. Pure. */

/** What came breaks the protocol; the text says how, as the end of a sentence. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

export type FrameType = 'continuation' | 'text' | 'binary' | 'close' | 'ping' | 'pong'

export interface Frame {
  readonly type: FrameType
  /** The last one of its message; always so for close, ping and pong. */
  readonly fin: boolean
  readonly payload: Uint8Array
}

/** What a close frame says; null where it has no code, as most of the time when a peer has nothing to say. */
export interface CloseWord {
  readonly code: number | null
  readonly reason: string
}

const OPCODES: Readonly<Record<FrameType, number>> = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
}
const TYPES = new Map(Object.entries(OPCODES).map(([type, code]) => [code, type as FrameType]))

/** Section 5.5: control frames are that long at most. */
const MOST_CONTROL = 125
/** Longer ones are not read: a probe has no use for them, and they would fill the memory. */
const MOST_PAYLOAD = 16_777_216

/** One whole frame, masked as section 5.3 demands of clients. `mask`: four octets nobody can foretell. */
export function encodeFrame(type: FrameType, payload: Uint8Array, mask: Uint8Array): Uint8Array {
  const long = payload.length > 65_535 ? 8 : payload.length > MOST_CONTROL ? 2 : 0
  const bytes = Buffer.alloc(2 + long + 4 + payload.length)
  bytes[0] = 0x80 | OPCODES[type]
  bytes[1] = 0x80 | (long === 8 ? 127 : long === 2 ? 126 : payload.length)
  if (long === 2) bytes.writeUInt16BE(payload.length, 2)
  if (long === 8) bytes.writeBigUInt64BE(BigInt(payload.length), 2)
  bytes.set(mask.subarray(0, 4), 2 + long)
  for (const [at, octet] of payload.entries()) bytes[6 + long + at] = octet ^ (mask[at % 4] ?? 0)
  return bytes
}

/** The payload of a close frame (section 5.5.1). */
export function encodeClose(code: number, reason: string): Uint8Array {
  const text = Buffer.from(reason, 'utf8').subarray(0, MOST_CONTROL - 2)
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), text])
}

/** Throws `FrameError` for one that breaks the rules. */
export function decodeClose(payload: Uint8Array): CloseWord {
  if (payload.length === 0) return {code: null, reason: ''}
  if (payload.length === 1) throw new FrameError('its close frame has half a code')
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const code = bytes.readUInt16BE(0)
  if (!mayBeSent(code)) throw new FrameError(`its close frame has the code ${code}, which may not be sent`)
  return {code, reason: bytes.subarray(2).toString('utf8')}
}

/** Section 7.4: 1004 to 1006 and 1015 stand for what was never sent. */
function mayBeSent(code: number): boolean {
  if (code >= 3000) return code <= 4999
  return code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)
}

/** Takes octets in as they come and gives whole frames. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0)
  /** A message of several frames is under way. */
  #open = false

  /** Throws `FrameError` at what breaks the protocol; frames before it are lost with it. */
  add(data: Uint8Array): readonly Frame[] {
    this.#pending = Buffer.concat([this.#pending, data])
    const frames: Frame[] = []
    for (;;) {
      const frame = this.#next()
      if (frame === null) return frames
      frames.push(frame)
    }
  }

  /** Octets of a frame that has not ended yet. */
  get rest(): number {
    return this.#pending.length
  }

  #next(): Frame | null {
    const bytes = this.#pending
    const [first, second] = bytes
    if (first === undefined || second === undefined) return null
    const type = this.#typeOf(first)
    if ((second & 0x80) !== 0) throw new FrameError('it masked a frame, which only clients may')
    const head = headOf(bytes, second & 0x7f)
    if (head === null) return null
    const fin = (first & 0x80) !== 0
    checkLength(type, head.length, fin)
    if (bytes.length < head.size + head.length) return null
    const payload = bytes.subarray(head.size, head.size + head.length)
    this.#pending = bytes.subarray(head.size + head.length)
    if (!isControl(type)) this.#open = !fin
    return {type, fin, payload}
  }

  #typeOf(first: number): FrameType {
    if ((first & 0x70) !== 0) throw new FrameError('it set a reserved bit, which no agreed extension uses')
    const type = TYPES.get(first & 0x0f)
    if (!type) throw new FrameError(`it sent the unknown opcode ${first & 0x0f}`)
    if (isControl(type)) return type
    if (type === 'continuation' && !this.#open)
      throw new FrameError('it continued a message that never began')
    if (type !== 'continuation' && this.#open) throw new FrameError('it began a message within another one')
    return type
  }
}

function isControl(type: FrameType): boolean {
  return OPCODES[type] >= 8
}

/** Octets of the head and of the payload; null while the length has not come yet. */
function headOf(bytes: Buffer, short: number): {readonly size: number; readonly length: number} | null {
  if (short < 126) return {size: 2, length: short}
  if (short === 126) return bytes.length < 4 ? null : {size: 4, length: bytes.readUInt16BE(2)}
  if (bytes.length < 10) return null
  return {size: 10, length: Number(bytes.readBigUInt64BE(2))}
}

function checkLength(type: FrameType, length: number, fin: boolean): void {
  if (isControl(type) && (length > MOST_CONTROL || !fin))
    throw new FrameError(`its ${type} frame is too long or in pieces`)
  if (length > MOST_PAYLOAD) throw new FrameError(`it announced a frame of ${length} octets`)
}
