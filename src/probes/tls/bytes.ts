/** Reads big-endian fields one after the other; past the end it gives nothing and remembers that it was short. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0
  #short = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** True once something was asked for that isn't there. */
  get short(): boolean {
    return this.#short
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** An unsigned number of 1 to 4 octets; 0 when short. */
  number(octets: 1 | 2 | 3 | 4): number {
    const field = this.take(octets)
    let value = 0
    for (const octet of field) value = value * 256 + octet
    return value
  }

  /** The next octets; fewer, and `short`, when they are not all there. */
  take(octets: number): Uint8Array {
    if (octets > this.left) this.#short = true
    const field = this.#bytes.subarray(this.#at, this.#at + octets)
    this.#at += field.length
    return field
  }

  /** A vector of RFC 8446 §3.4: its length in `octets` octets, then its content. */
  vector(octets: 1 | 2 | 3): Uint8Array {
    return this.take(this.number(octets))
  }

  /** Calls back until nothing is left or something was short. */
  each(read: (reader: ByteReader) => void): void {
    while (this.left > 0 && !this.#short) read(this)
  }
}
