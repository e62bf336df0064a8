/** Text that came from outside, made safe to show. */

/**
 * Removes escape sequences, C0 and C1 control characters and bidirectional overrides, so that a banner or a host
 * name can't drive the reader's terminal. Line breaks and tabs become spaces.
 */
export function stripControl(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- removing them is the point
      .replace(/\u001B(?:\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[[0-?]*[ -/]*[@-~])/g, '')
      .replace(/[\t\n\r]+/g, ' ')
      // oxlint-disable-next-line no-control-regex -- removing them is the point
      .replace(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\u200E\u200F]/g, '')
  )
}

/** At most `length` characters, with an ellipsis when something was cut. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`
}

/** The candidate closest to `word`, if it is close enough to be a slip of the fingers; else one that goes on where `word` ends. */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  return nearest(word, candidates) ?? continuation(word, candidates)
}

/** Three letters: fewer begin too many words. */
function continuation(word: string, candidates: Iterable<string>): string | null {
  if (word.length < 3) return null
  const start = word.toLowerCase()
  return [...candidates].find((candidate) => candidate.toLowerCase().startsWith(start)) ?? null
}

function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({length: b.length + 1}, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
