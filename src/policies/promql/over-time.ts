/**
 * What functions make of the values of one series within a range. `rate`, `increase` and `delta` extrapolate to the edges of
 * the range by the rules of Prometheus (promql/functions.go, extrapolatedRate).
 */
import type {Millis} from '../../core/units.ts'

export interface Window {
  readonly times: readonly Millis[]
  readonly values: readonly number[]
  /** The range that was asked for: values lie after `from` and up to `to`. */
  readonly from: Millis
  readonly to: Millis
  /** When the expression is evaluated; later than `to` with an offset. */
  readonly now: Millis
}

/** Null: too few values to say anything. */
export type OverTime = (window: Window) => number | null

/** An edge further away than so many average distances is not reached: the series began or ended inside the range. */
const REACH = 1.1

export const rate: OverTime = (window) => {
  const grown = extrapolate(window, true)
  return grown === null ? null : grown / ((window.to - window.from) / 1000)
}

export const increase: OverTime = (window) => extrapolate(window, true)

export const delta: OverTime = (window) => extrapolate(window, false)

/** A counter that fell has begun anew: what it had reached is added. */
function extrapolate({times, values, from, to}: Window, isCounter: boolean): number | null {
  const {length} = values
  const [first, last] = [values[0], values.at(-1)]
  const [begin, end] = [times[0], times.at(-1)]
  if (length < 2 || first === undefined || last === undefined || begin === undefined || end === undefined)
    return null
  const change = last - first + (isCounter ? lostToResets(values) : 0)
  const sampled = end - begin
  const distance = sampled / (length - 1)
  const edge = (gap: Millis): Millis => (gap >= distance * REACH ? distance / 2 : gap)
  let before = edge(begin - from)
  // Before it was zero a counter was not there.
  if (isCounter && change > 0 && first >= 0) before = Math.min(before, sampled * (first / change))
  return (change * (sampled + before + edge(to - end))) / sampled
}

function lostToResets(values: readonly number[]): number {
  return values.reduce((sum, value, index) => {
    const previous = values[index - 1] ?? value
    return value < previous ? sum + previous : sum
  }, 0)
}

/** From the last two values alone. */
export const irate: OverTime = (window) => instant(window, true)
export const idelta: OverTime = (window) => instant(window, false)

function instant({times, values}: Window, isRate: boolean): number | null {
  const [previous, last] = [values.at(-2), values.at(-1)]
  const [before, end] = [times.at(-2), times.at(-1)]
  if (previous === undefined || last === undefined || before === undefined || end === undefined) return null
  if (!isRate) return last - previous
  const change = last < previous ? last : last - previous
  return end === before ? null : change / ((end - before) / 1000)
}

export const changes: OverTime = ({values}) =>
  count(values, (value, previous) => value !== previous && !(Number.isNaN(value) && Number.isNaN(previous)))

export const resets: OverTime = ({values}) => count(values, (value, previous) => value < previous)

function count(values: readonly number[], is: (value: number, previous: number) => boolean): number {
  return values.filter((value, index) => index > 0 && is(value, values[index - 1] ?? value)).length
}

export const sumOverTime: OverTime = ({values}) => values.reduce((sum, value) => sum + value, 0)
export const avgOverTime: OverTime = ({values}) =>
  values.reduce((sum, value) => sum + value, 0) / values.length
export const minOverTime: OverTime = ({values}) => least(values)
export const maxOverTime: OverTime = ({values}) => greatest(values)
export const countOverTime: OverTime = ({values}) => values.length
export const lastOverTime: OverTime = ({values}) => values.at(-1) ?? null
export const presentOverTime: OverTime = () => 1

/** NaN only where there is nothing else. */
export function least(values: readonly number[]): number {
  return values.reduce((best, value) => (value < best || Number.isNaN(best) ? value : best))
}
export function greatest(values: readonly number[]): number {
  return values.reduce((best, value) => (value > best || Number.isNaN(best) ? value : best))
}

/** Slope per second of the line with the least squares. */
export const deriv: OverTime = (window) => {
  const {times, values} = window
  return values.length < 2 ? null : line(times, values, times[0] ?? 0).slope
}

/** The same line `ahead` seconds from now. */
export function predictLinear(ahead: number): OverTime {
  return ({times, values, now}) => {
    if (values.length < 2) return null
    const {slope, intercept} = line(times, values, now)
    return intercept + slope * ahead
  }
}

function line(
  times: readonly Millis[],
  values: readonly number[],
  origin: Millis,
): {readonly slope: number; readonly intercept: number} {
  const n = values.length
  const seconds = times.map((time) => (time - origin) / 1000)
  const meanX = seconds.reduce((sum, x) => sum + x, 0) / n
  const meanY = values.reduce((sum, y) => sum + y, 0) / n
  // A line through values that are all the same is level, whatever rounding says.
  if (values.every((value) => value === values[0])) return {slope: 0, intercept: meanY}
  const covariance = seconds.reduce((sum, x, index) => sum + (x - meanX) * ((values[index] ?? 0) - meanY), 0)
  const variance = seconds.reduce((sum, x) => sum + (x - meanX) ** 2, 0)
  const slope = covariance / variance
  return {slope, intercept: meanY - slope * meanX}
}
