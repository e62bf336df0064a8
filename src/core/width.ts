/** How wide text is on a terminal, and how to make it fit. Works on text that `stripControl` has already cleaned. */

/** Characters that stand for themselves in one column: ASCII, Latin letters, punctuation, arrows, lines and blocks. */
const PLAIN =
  /^[\u0020-\u007E\u00A1-\u00AC\u00AE-\u024F\u2010-\u2027\u2030-\u205E\u2190-\u21FF\u2500-\u25FC\u2713\u2717]*$/
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Mark}\p{Cc}\p{Cs}\p{Format}]+$/v
/** East Asian Width W and F (UAX #11) without emoji, which `Emoji_Presentation` covers. */
const WIDE =
  /[\u{1100}-\u{115F}\u{2329}\u{232A}\u{2630}-\u{2637}\u{268A}-\u{268F}\u{2E80}-\u{303E}\u{3041}-\u{3247}\u{3250}-\u{4DBF}\u{4DC0}-\u{4DFF}\u{4E00}-\u{A4CF}\u{A960}-\u{A97C}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE10}-\u{FE19}\u{FE30}-\u{FE6F}\u{FF01}-\u{FF60}\u{FFE0}-\u{FFE6}\u{16FE0}-\u{1B2FB}\u{1D300}-\u{1D376}\u{1F200}-\u{1F265}\u{20000}-\u{3FFFD}]|[\p{Emoji_Presentation}--\p{Regional_Indicator}]/v

let segmenter: Intl.Segmenter | undefined

/** What a reader sees as single characters. Made on first use: its tables take longer to load than Node to start. */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter()
  return segmenter.segment(text)
}

/** The columns that `text` takes; a wide character takes two, a combining mark none. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const {segment} of segmentsOf(text)) width += clusterWidth(segment)
  return width
}

/** At most `width` columns of `text`; what was cut is shown by `ellipsis`, which must be one column wide. */
export function cutToWidth(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return ''
  if (displayWidth(text) <= width) return text
  let used = 0
  let kept = ''
  for (const {segment} of segmentsOf(text)) {
    const next = clusterWidth(segment)
    if (used + next > width - 1) break
    kept += segment
    used += next
  }
  return kept + ellipsis
}

/** Exactly `width` columns: cut or filled with spaces on the side that `align` leaves open. */
export function fitToWidth(
  text: string,
  width: number,
  align: 'left' | 'right' = 'left',
  ellipsis = '…',
): string {
  const cut = cutToWidth(text, width, ellipsis)
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)))
  return align === 'left' ? cut + space : space + cut
}

/** Breaks `text` at spaces into lines of at most `width` columns; a longer word is cut into pieces. */
export function wrapToWidth(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) <= width) {
      line += ` ${word}`
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = splitWord(word, Math.max(2, width))
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1) ?? ''
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line]
}

/**
 * Replaces what terminals disagree about by something whose width they agree on: of an emoji sequence the first
 * picture stays, variation selectors go, and flags and spacing marks become `□` or go.
 */
export function simplifyGlyphs(text: string): string {
  if (PLAIN.test(text)) return text
  let simple = ''
  for (const {segment} of segmentsOf(text.normalize('NFC'))) simple += simplifyCluster(segment)
  return simple
}

function simplifyCluster(cluster: string): string {
  const points = [...cluster]
  const first = points[0] ?? ''
  if (INVISIBLE.test(first)) return ''
  if (/\p{Regional_Indicator}/u.test(first)) return '□'
  if (points.length === 1) return cluster
  if (/\p{Extended_Pictographic}/u.test(first)) return first
  return (
    first +
    points
      .slice(1)
      .filter((point) => /\p{Nonspacing_Mark}/u.test(point) && !ignorable(point))
      .join('')
  )
}

function ignorable(point: string): boolean {
  return /\p{Default_Ignorable_Code_Point}/u.test(point)
}

function clusterWidth(cluster: string): number {
  const first = [...cluster].find((point) => !INVISIBLE.test(point))
  if (first === undefined) return 0
  return WIDE.test(first) ? 2 : 1
}

function splitWord(word: string, width: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const {segment} of segmentsOf(word)) {
    if (displayWidth(piece) + clusterWidth(segment) > width) {
      pieces.push(piece)
      piece = ''
    }
    piece += segment
  }
  return [...pieces, piece]
}
