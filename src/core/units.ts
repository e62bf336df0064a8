/**
 * Quantities with their unit in the type, and the strict parsers that make them.
 * A bare number is never a quantity: every text carries its unit.
 */

/** Milliseconds; may be fractional, since round trips on a LAN are below one. */
export type Millis = number & {readonly __unit?: 'ms'}
/** Bits per second. */
export type BitsPerSecond = number & {readonly __unit?: 'bit/s'}
/** Octets. */
export type Bytes = number & {readonly __unit?: 'B'}
/** A share between 0 and 1. */
export type Ratio = number & {readonly __unit?: 'ratio'}

/** A quantity, or the reason why the text is none; the caller adds the position. */
export type Parsed<T> =
  {readonly ok: true; readonly value: T} | {readonly ok: false; readonly because: string}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const DURATION_PART = /(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/y

/** Parses `250ms`, `30s`, `1h30m`; units run from large to small and none is repeated. `0` needs a unit too. */
export function parseDuration(text: string): Parsed<Millis> {
  const trimmed = text.trim()
  if (/^\d+(\.\d+)?$/.test(trimmed)) return no(`${trimmed} has no unit: write ${trimmed}ms or ${trimmed}s`)
  let total = 0
  let smallest = Number.POSITIVE_INFINITY
  let at = 0
  while (at < trimmed.length) {
    DURATION_PART.lastIndex = at
    const part = DURATION_PART.exec(trimmed)
    if (!part) return no(`"${text}" is not a duration such as 250ms, 30s or 1h30m`)
    const unit = DURATION_UNITS[part[2] ?? ''] ?? 0
    if (unit >= smallest) return no(`"${text}" has its units out of order: write the larger one first`)
    smallest = unit
    total += Number(part[1]) * unit
    at = DURATION_PART.lastIndex
  }
  if (at === 0) return no('a duration is empty')
  return {ok: true, value: total}
}

const RATE_UNITS: Readonly<Record<string, number>> = {
  bit: 1,
  kbit: 1e3,
  mbit: 1e6,
  gbit: 1e9,
  bps: 8,
  kbps: 8e3,
  mbps: 8e6,
}

/** Parses a rate in tc's own words: `10mbit` is bits, `bps` means bytes per second as in tc(8). */
export function parseRate(text: string): Parsed<BitsPerSecond> {
  const match = /^(\d+(?:\.\d+)?)(bit|kbit|mbit|gbit|bps|kbps|mbps)$/.exec(text.trim().toLowerCase())
  const unit = RATE_UNITS[match?.[2] ?? '']
  if (!match || unit === undefined) return no(`"${text}" is not a rate such as 512kbit or 10mbit`)
  const value = Number(match[1]) * unit
  return value > 0 ? {ok: true, value} : no('a rate must be above zero')
}

/** Parses `5%` or `0.1%` to a ratio between 0 and 1. */
export function parsePercent(text: string): Parsed<Ratio> {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text.trim())
  if (!match) return no(`"${text}" is not a percentage such as 5%`)
  const value = Number(match[1]) / 100
  return value <= 1 ? {ok: true, value} : no(`${text} is more than 100%`)
}

const SIZE_UNITS: Readonly<Record<string, number>> = {B: 1, kB: 1000, MB: 1e6, KiB: 1024, MiB: 1_048_576}

/** Parses a size such as `1400B`, `32kB`, `4KiB`. */
export function parseSize(text: string): Parsed<Bytes> {
  const match = /^(\d+(?:\.\d+)?)(B|kB|MB|KiB|MiB)$/.exec(text.trim())
  const unit = SIZE_UNITS[match?.[2] ?? '']
  if (!match || unit === undefined) return no(`"${text}" is not a size such as 1400B or 32kB`)
  return {ok: true, value: Math.round(Number(match[1]) * unit)}
}

/** Renders a duration for people: three significant digits below a minute, whole parts above. */
export function formatDuration(ms: Millis): string {
  if (!Number.isFinite(ms)) return '∞'
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms === 0) return '0s'
  if (ms < 1) return `${Math.round(ms * 1000)}us`
  if (ms < 999.5) return `${Number(ms.toPrecision(3))}ms`
  if (ms < 59_950) return `${Number((ms / 1000).toPrecision(3))}s`
  const seconds = Math.round(ms / 1000)
  const parts: readonly [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ]
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('')
}

/** Renders a point of a run's clock as `+12.3s`, from an hour on as `+1h02m03s`. */
export function formatStamp(at: Millis): string {
  if (at < 3_600_000) return `+${(Math.max(0, at) / 1000).toFixed(1)}s`
  const seconds = Math.floor(at / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `+${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m${two(seconds % 60)}s`
}

/** Renders a rate in tc's words (`10mbit`). */
export function formatRate(bits: BitsPerSecond): string {
  if (bits >= 1e9) return `${Number((bits / 1e9).toPrecision(4))}gbit`
  if (bits >= 1e6) return `${Number((bits / 1e6).toPrecision(4))}mbit`
  if (bits >= 1e3) return `${Number((bits / 1e3).toPrecision(4))}kbit`
  return `${bits}bit`
}

/** Renders a ratio as a percentage with at most two decimals. */
export function formatPercent(ratio: Ratio): string {
  return `${Number((ratio * 100).toFixed(2))}%`
}

function no(because: string): {readonly ok: false; readonly because: string} {
  return {ok: false, because}
}

/** `12 kB`: powers of a thousand, at most three digits. */
export function formatBytes(bytes: Bytes): string {
  const steps = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let step = 0
  while (value >= 999.5 && step < steps.length - 1) {
    value /= 1000
    step++
  }
  return `${value >= 10 || step === 0 ? Math.round(value) : value.toFixed(1)} ${steps[step] ?? 'B'}`
}
