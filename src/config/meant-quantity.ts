/** What was probably meant by a quantity that can't be read: other words for its unit, a comma, a blank. */
import type {Parsed} from '../core/units.ts'

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/(?:milliseconds?|millis|msecs?)$/, 'ms'],
  [/(?:microseconds?|usecs?|µs|μs)$/, 'us'],
  [/(?:seconds?|secs?)$/, 's'],
  [/(?:minutes?|mins?)$/, 'm'],
  [/(?:hours?|hrs?)$/, 'h'],
  [/days?$/, 'd'],
  [/(?:mbit\/s|mb\/s|mb|mbits)$/, 'mbit'],
  [/(?:kbit\/s|kb\/s|kb|kbits)$/, 'kbit'],
  [/(?:percent|pct)$/, '%'],
]

/** A text that `parse` takes and that differs only in how it is spelled; null when there is none. */
export function meantQuantity(text: string, parse: (text: string) => Parsed<number>): string | null {
  const plain = text.trim().toLowerCase().replace(',', '.').replaceAll(/\s+/g, '')
  const tries = [
    plain,
    ...UNITS.filter(([unit]) => unit.test(plain)).map(([unit, word]) => plain.replace(unit, word)),
  ]
  return tries.find((one) => one !== text && parse(one).ok) ?? null
}
