/** The octets of a valid literal address: 4 or 16; a zone is left out. */
export function addressBytes(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.').map(Number))
  const [literal = ''] = address.split('%')
  // The URL parser writes a dotted tail as hexadecimal words.
  const text = new URL(`http://[${literal}]`).hostname.slice(1, -1)
  const [head = '', tail] = text.split('::')
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16))
  const before = words(head)
  const after = tail === undefined ? [] : words(tail)
  const zeros = Array.from({length: 8 - before.length - after.length}, () => 0)
  return Uint8Array.from([...before, ...zeros, ...after].flatMap((word) => [word >> 8, word & 0xff]))
}
