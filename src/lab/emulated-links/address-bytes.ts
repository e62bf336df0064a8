/** The octets of a literal address without a zone: 4 or 16. */
export function addressBytes(address: string): readonly number[] {
  if (!address.includes(':')) return address.split('.').map(Number)
  const tail = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const text = tail ? `${tail[1]}${hexPair(tail[2], tail[3])}:${hexPair(tail[4], tail[5])}` : address
  const [head = '', rest] = text.split('::')
  const before = wordsOf(head)
  const after = rest === undefined ? [] : wordsOf(rest)
  const middle = Array.from({length: 8 - before.length - after.length}, () => 0)
  return [...before, ...middle, ...after].flatMap((word) => [word >> 8, word & 0xff])
}

function wordsOf(part: string): readonly number[] {
  return part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16))
}

function hexPair(high: string | undefined, low: string | undefined): string {
  return ((Number(high) << 8) | Number(low)).toString(16)
}
