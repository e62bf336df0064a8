/** Building blocks for schemas: a text with its unit goes in, a number comes out. */
import * as z from 'zod'
import {describeValue} from './describe-value.ts'
import {meantQuantity} from './meant-quantity.ts'
import {
  type BitsPerSecond,
  type Bytes,
  type Millis,
  type Parsed,
  type Ratio,
  formatDuration,
  parseDuration,
  parsePercent,
  parseRate,
  parseSize,
} from '../core/units.ts'

interface Quantity<T extends number> {
  readonly parse: (text: string) => Parsed<T>
  /** For JSON Schema: what editors check while one types. */
  readonly pattern: string
  readonly description: string
  readonly examples: readonly string[]
  /** What to write instead of a bare number. */
  readonly unitsFor: (value: number) => string
  /** What it is, with its article. */
  readonly nature: string
}

function quantity<T extends number>(kind: Quantity<T>): z.ZodType<T, string> {
  return z
    .string({
      error: ({input}) => {
        if (input === undefined) return undefined
        if (typeof input === 'number' && Number.isFinite(input))
          return `${input} has no unit: write ${kind.unitsFor(input)}`
        return `expected ${kind.nature} such as ${kind.examples[0] ?? ''}, found ${describeValue(input)}`
      },
    })
    .meta({pattern: kind.pattern, description: kind.description, examples: [...kind.examples]})
    .transform((text, context) => {
      const parsed = kind.parse(text)
      if (parsed.ok) return parsed.value
      const meant = meantQuantity(text, kind.parse)
      const params = meant === null ? {} : {params: {advice: [`did you mean "${meant}"?`]}}
      context.issues.push({code: 'custom', message: parsed.because, input: text, ...params})
      return z.NEVER
    })
}

/** `250ms`, `30s`, `1h30m` to milliseconds. */
export const durationSchema = quantity<Millis>({
  nature: 'a duration',
  parse: parseDuration,
  pattern: String.raw`^\s*(\d+(\.\d+)?d)?(\d+(\.\d+)?h)?(\d+(\.\d+)?m)?(\d+(\.\d+)?s)?(\d+(\.\d+)?ms)?(\d+(\.\d+)?us)?\s*$`,
  description: 'A duration with its unit: us, ms, s, m, h or d; larger units first.',
  examples: ['250ms', '30s', '1h30m'],
  unitsFor: (value) => `${value}ms or ${value}s`,
})

/** A duration within bounds, both included. */
export function durationBetween(least: Millis, most: Millis): z.ZodType<Millis, string> {
  return durationSchema.superRefine((value, context) => {
    if (value >= least && value <= most) return
    const bound = value < least ? `at least ${formatDuration(least)}` : `at most ${formatDuration(most)}`
    context.addIssue({
      code: 'custom',
      message: `${formatDuration(value)} is out of range: it must be ${bound}`,
    })
  })
}

/** `512kbit`, `10mbit` to bits per second, in tc's words. */
export const rateSchema = quantity<BitsPerSecond>({
  nature: 'a rate',
  parse: parseRate,
  pattern: String.raw`^\s*\d+(\.\d+)?([kKmMgG]?[bB][iI][tT]|[kKmM]?[bB][pP][sS])\s*$`,
  description:
    'A rate with its unit: bit, kbit, mbit, gbit; bps, kbps and mbps are bytes per second as in tc(8).',
  examples: ['512kbit', '10mbit'],
  unitsFor: (value) => `${value}kbit or ${value}mbit`,
})

/** `5%`, `0.1%` to a ratio between 0 and 1. */
export const percentSchema = quantity<Ratio>({
  nature: 'a percentage',
  parse: parsePercent,
  pattern: String.raw`^\s*\d+(\.\d+)?%\s*$`,
  description: 'A share between 0% and 100%.',
  examples: ['5%', '0.1%'],
  unitsFor: (value) => `${value}%`,
})

/** `1400B`, `32kB`, `4KiB` to octets. */
export const sizeSchema = quantity<Bytes>({
  nature: 'a size',
  parse: parseSize,
  pattern: String.raw`^\s*\d+(\.\d+)?(B|kB|MB|KiB|MiB)\s*$`,
  description: 'A size with its unit: B, kB, MB, KiB or MiB.',
  examples: ['1400B', '32kB'],
  unitsFor: (value) => `${value}B or ${value}kB`,
})

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/

/** The name of a target, policy, fault or node. Has no dot, since conditions write `name.field`. */
export const nameSchema = z
  .string()
  .regex(NAME, {
    error: ({input}) =>
      `${JSON.stringify(input)} is not a name: up to 63 letters, digits, "_" and "-", beginning with a letter`,
  })
  .meta({description: 'A name: letters, digits, "_" and "-", beginning with a letter.'})

/** A port between 1 and 65535. */
export const portSchema = z.int().min(1).max(65_535).meta({description: 'A port between 1 and 65535.'})
