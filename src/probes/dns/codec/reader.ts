/** Thrown for bytes that are no DNS message, and for text that can't become one. Nothing else leaves the codec. */
export class DnsFormatError extends Error {
  override readonly name = 'DnsFormatError'
}

/** A cursor over a whole message, since names may point backwards; every read checks its bounds. */
export class Reader {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #end: number
  #at: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = start
    this.#end = end
  }

  get at(): number {
    return this.#at
  }

  get left(): number {
    return this.#end - this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2))
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4))
  }

  take(length: number): Uint8Array {
    const start = this.#take(length)
    return this.bytes.subarray(start, start + length)
  }

  rest(): Uint8Array {
    return this.take(this.left)
  }

  /** Another cursor at the same place. */
  fork(): Reader {
    return new Reader(this.bytes, this.#at, this.#end)
  }

  /** A cursor over the next octets only; this one moves behind them. */
  part(length: number): Reader {
    const start = this.#take(length)
    return new Reader(this.bytes, start, start + length)
  }

  #take(length: number): number {
    if (length > this.left)
      throw new DnsFormatError(`the message ends in the middle of a field at octet ${this.#at}`)
    const start = this.#at
    this.#at += length
    return start
  }
}
