/** Axes: where a value lies between 0 and 1, and which values get a label. */
import {type Millis, formatDuration} from '../../core/units.ts'

export interface Scale {
  /** 0 at the low end, 1 at the high end; values beyond are held there. */
  readonly place: (value: number) => number
  readonly ticks: readonly {readonly value: number; readonly label: string}[]
  readonly log: boolean
}

/** Beyond this ratio of the largest to the smallest value, a linear axis would flatten the small ones to a line. */
const LOG_FROM = 20

/** An axis for durations: linear from zero, or logarithmic when the values differ in their order of magnitude. */
export function planValueScale(low: Millis, high: Millis): Scale {
  if (!(high > 0)) return linear(1, 2)
  return low > 0 && high / low > LOG_FROM ? logarithmic(low, high) : linear(high * 1.08, 3)
}

function linear(top: number, parts: number): Scale {
  const step = niceStep(top / parts)
  return {
    place: (value) => clamp(value / top),
    ticks: stepped(step, top).map((value) => ({value, label: formatDuration(value)})),
    log: false,
  }
}

function logarithmic(low: number, high: number): Scale {
  const from = Math.log10(low * 0.8)
  const to = Math.log10(high * 1.25)
  const [first, last] = [Math.floor(from), Math.floor(to)]
  const decades = Array.from({length: last - first + 1}, (_, index) => 10 ** (first + index))
  // Within two decades the steps between are worth a label; more labels than five would touch each other.
  const steps = to - from <= 2 ? [1, 3] : [1]
  const values = decades
    .flatMap((decade) => steps.map((step) => step * decade))
    .filter((value) => Math.log10(value) >= from && Math.log10(value) <= to)
  const every = Math.ceil(values.length / 5)
  return {
    place: (value) => clamp((Math.log10(Math.max(value, Number.MIN_VALUE)) - from) / (to - from)),
    ticks: values
      .filter((_, index) => index % every === 0)
      .map((value) => ({value, label: formatDuration(Number(value.toPrecision(6)))})),
    log: true,
  }
}

const SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
]
const MOST_TIME_TICKS = 8

/** The time axis from 0 to `end`; its steps are those of a clock. */
export function planTimeScale(end: Millis): Scale {
  const step =
    SECONDS.map((seconds) => seconds * 1000).find((wide) => end / wide <= MOST_TIME_TICKS) ?? 86_400_000
  const top = Math.max(end, 1)
  return {
    place: (value) => clamp(value / top),
    ticks: [0, ...stepped(step, top)].map((value) => ({value, label: formatDuration(value)})),
    log: false,
  }
}

function stepped(step: number, top: number): readonly number[] {
  return Array.from({length: Math.floor(top / step)}, (_, index) =>
    Number(((index + 1) * step).toPrecision(6)),
  )
}

/** 1, 2 or 5 times a power of ten, at or above `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * 0.999) ?? least
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share))
}
