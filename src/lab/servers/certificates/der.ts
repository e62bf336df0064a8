/** Writes DER (ITU-T X.690 §8–11): the few types a certificate is made of. */

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...parts)
}

export function set(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x31, ...parts)
}

/** Context-specific and constructed: `[number] EXPLICIT`, and `[number] IMPLICIT` of a sequence. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return tagged(0xa0 | number, ...parts)
}

/** Context-specific and primitive: `[number] IMPLICIT` of a string type. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return tagged(0x80 | number, content)
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const significant = first === -1 ? Buffer.of(0) : Buffer.from(bytes.subarray(first))
  const signed = (significant[0] ?? 0) >= 0x80
  return signed ? tagged(0x02, Buffer.of(0), significant) : tagged(0x02, significant)
}

export function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.of(value ? 0xff : 0))
}

export function octetString(content: Uint8Array): Buffer {
  return tagged(0x04, content)
}

/** A bit string; `unused` bits at its end don't count. */
export function bitString(content: Uint8Array, unused = 0): Buffer {
  return tagged(0x03, Buffer.of(unused), content)
}

export function utf8String(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text, 'utf8'))
}

/** An object identifier from its dotted form. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([40 * first + second, ...rest].flatMap(base128)))
}

export function enumerated(value: number): Buffer {
  return tagged(0x0a, Buffer.of(value))
}

/** Whole seconds. */
export function generalizedTime(at: Date): Buffer {
  return tagged(0x18, Buffer.from(digitsOf(at), 'ascii'))
}

/** UTCTime up to 2049, GeneralizedTime from then on, as RFC 5280 §4.1.2.5 demands; whole seconds. */
export function time(at: Date): Buffer {
  const short = at.getUTCFullYear() >= 1950 && at.getUTCFullYear() < 2050
  return short ? tagged(0x17, Buffer.from(digitsOf(at).slice(2), 'ascii')) : generalizedTime(at)
}

function digitsOf(at: Date): string {
  return at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), length(content.length), content])
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.of(bytes)
  const digits: number[] = []
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Buffer.from([0x80 | digits.length, ...digits])
}

function base128(value: number): number[] {
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest % 128) | 0x80)
  }
  return digits
}
