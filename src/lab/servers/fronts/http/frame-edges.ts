/** Where frames of a WebSocket begin and end in a stream (RFC 6455 §5.2), after the answer to the upgrade. */

/** Follows what a server sends; masked or not. */
export class FrameEdges {
  #begun = false
  #head = Buffer.alloc(0)
  /** Bytes of the frame's payload still to come. */
  #left = 0

  /** Nothing of a frame is on its way; false before the upgrade is answered. */
  get atEdge(): boolean {
    return this.#begun && this.#left === 0 && this.#head.length === 0
  }

  /** The same bytes in pieces, so that no frame ends inside of one. Ask `atEdge` after each. */
  *split(chunk: Buffer): Generator<Buffer> {
    let rest = chunk
    while (rest.length > 0) {
      const size = this.#begun ? this.#take(rest) : this.#answer(rest)
      yield rest.subarray(0, size)
      rest = rest.subarray(size)
    }
  }

  /** The answer ends with an empty line. */
  #answer(bytes: Buffer): number {
    const before = this.#head.length
    this.#head = Buffer.concat([this.#head, bytes])
    const end = this.#head.indexOf('\r\n\r\n')
    if (end === -1) return bytes.length
    this.#begun = true
    this.#head = Buffer.alloc(0)
    return end + 4 - before
  }

  #take(bytes: Buffer): number {
    if (this.#left > 0) {
      const size = Math.min(this.#left, bytes.length)
      this.#left -= size
      return size
    }
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, 1)])
    const length = frameLength(this.#head)
    if (length !== null) {
      this.#left = length
      this.#head = Buffer.alloc(0)
    }
    return 1
  }
}

/** Bytes after the header; null while the header isn't complete. */
function frameLength(head: Buffer): number | null {
  const second = head[1]
  if (second === undefined) return null
  const short = second & 0x7f
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  if (head.length < 2 + extra) return null
  const length = extra === 0 ? short : extra === 2 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2))
  return length + ((second & 0x80) === 0 ? 0 : 4)
}

/** An unmasked close frame, as a server sends it (RFC 6455 §5.5.1). */
export function closeFrame(code: number, reason: string): Buffer {
  const text = Buffer.from(reason, 'utf8').subarray(0, 123)
  const head = Buffer.of(0x88, text.length + 2, code >> 8, code & 0xff)
  return Buffer.concat([head, text])
}
