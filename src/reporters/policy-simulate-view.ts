/** What is shown of a simulated fleet. */
import type {Millis} from '../core/units.ts'

const TITLES = {
  as_written: ['as written', 'as written'],
  without_jitter: ['without jitter', 'no jitter'],
  full_jitter: ['with full jitter', 'full jitter'],
  without_breaker: ['without breaker', 'no breaker'],
  with_breaker: ['with a breaker', 'a breaker'],
  without_budget: ['without budget', 'no budget'],
  with_budget: ['with a budget', 'a budget'],
} as const

export interface SimulationVariant {
  readonly name: keyof typeof TITLES
  readonly jitter: {readonly mode: string; readonly factor: number}
  readonly figures: {
    readonly peakDuring: number
    readonly peakAfter: number
    readonly steady: number
    readonly peakToSteady: number | null
    readonly turnedAway: number
    readonly back: readonly {readonly percent: number; readonly after: Millis | null}[]
    readonly attempts: {
      readonly total: number
      readonly mean: number
      readonly p95: number
      readonly max: number
    }
    readonly gaveUp: number
    readonly waiting: number
    readonly cut: boolean
    readonly curve: {readonly attempts: readonly number[]; readonly back: readonly number[]}
  }
}

export interface SimulationView {
  readonly policy: string
  readonly clients: number
  readonly outage: Millis
  readonly capacity: number
  readonly detection: Millis
  readonly attemptDuration: Millis
  readonly seed: number
  readonly variants: readonly SimulationVariant[]
}

export function variantTitle(variant: SimulationVariant): string {
  return TITLES[variant.name][0]
}

/** For the head of a column. */
export function shortTitle(variant: SimulationVariant): string {
  return TITLES[variant.name][1]
}

/** How many seconds all curves together need, the whole outage at least. */
export function lengthOf({variants, outage}: SimulationView): number {
  const healed = Math.floor(outage / 1000) + 1
  return variants.reduce((most, {figures}) => Math.max(most, figures.curve.attempts.length), healed)
}

/** The highest value of each of `bins` equal parts of `length` seconds, so that no peak is averaged away. */
export function peaksOf(curve: readonly number[], length: number, bins: number): readonly number[] {
  const peaks = Array.from({length: bins}, () => 0)
  for (const [second, value] of curve.entries()) {
    const bin = Math.min(bins - 1, Math.floor((second * bins) / length))
    peaks[bin] = Math.max(peaks[bin] ?? 0, value)
  }
  return peaks
}
