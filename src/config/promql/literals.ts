/** Numbers, durations and texts as PromQL writes them. */
import type {Millis} from '../../core/units.ts'
import {ExpressionMistake, type Span} from '../../policies/promql/expression.ts'

const UNITS: Readonly<Record<string, Millis>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
}

/** `5m` and `1h30m`; the larger unit first, which the grammar has seen to. A number without a unit is refused. */
export function readDuration(text: string, span: Span): Millis {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)]
  if (parts.map(([part]) => part).join('') !== text || parts.length === 0) {
    throw new ExpressionMistake(`"${text}" is not a duration`, span, ['write one such as 30s, 5m or 1h30m'])
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ''] ?? 0), 0)
}

/** `5m` back from milliseconds, in the largest units; whole milliseconds only. */
export function writeDuration(millis: Millis): string {
  let left = Math.round(millis)
  const parts = (['d', 'h', 'm', 's', 'ms'] as const).map((unit) => {
    const size = UNITS[unit] ?? 1
    const number = Math.floor(left / size)
    left -= number * size
    return number === 0 ? '' : `${number}${unit}`
  })
  return parts.join('') || '0s'
}

/** `0.1`, `1e3`, `0x1F`, `Inf`; a duration counts in seconds. */
export function readNumber(text: string, span: Span): number {
  const plain = text.replaceAll('_', '').toLowerCase()
  if (plain === 'inf') return Number.POSITIVE_INFINITY
  if (plain === 'nan') return Number.NaN
  const value = Number(plain)
  return Number.isNaN(value) ? readDuration(text, span) / 1000 : value
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
}

/** Without its quotes; backslashes mean themselves between back quotes. */
export function readText(text: string, span: Span): string {
  const quote = text[0] ?? ''
  if (text.length < 2 || !text.endsWith(quote) || /[^\\](\\\\)*\\.$/s.test(text)) {
    throw new ExpressionMistake('the text has no closing quote', span, [`end it with ${quote}`])
  }
  const inner = text.slice(1, -1)
  if (quote === '`') return inner
  return inner.replaceAll(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/gs, (_, escaped: string) => {
    const code = /^[xu]([0-9a-fA-F]{2,})$/.exec(escaped)?.[1]
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    if (escaped === '\\' || escaped === '"' || escaped === "'") return escaped
    const meant = ESCAPES[escaped]
    if (meant !== undefined) return meant
    throw new ExpressionMistake(`\\${escaped} means nothing in a text`, span, [
      String.raw`write \\ for a backslash`,
    ])
  })
}
