/** What tc shows, taken apart into words. Pure. */

/** What can't be made again, in words that name it. */
export class NotRebuildable extends Error {}

/** Words without the raw form of a handle that stands behind it. */
export function plainWords(line: string): readonly string[] {
  return line
    .trim()
    .split(/\s+/)
    .map((word) => (word.startsWith('[') ? word : word.replace(/\[[0-9a-f]+\]$/, '')))
}

export function valueOf(words: readonly string[], key: string): string | null {
  const at = words.indexOf(key)
  return at < 0 ? null : (words[at + 1] ?? null)
}

/** These keys with their values, as far as they are there. */
export function keep(words: readonly string[], keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const value = valueOf(words, key)
    return value === null ? [] : [key, value]
  })
}
