/** The parts of a drill as spans of time on the run's clock. */
import type {During} from './drill-spec.ts'
import type {Millis} from '../core/units.ts'

/** From (inclusive) to (exclusive). */
export interface Span {
  readonly from: Millis
  readonly to: Millis
}

export interface FaultWindow extends Span {
  readonly fault: string
  /** In the document. */
  readonly name: string
  /** When it began to be put in force, which takes a while; its effect may be seen from then on. */
  readonly begun?: Millis
}

/** Faults in force without a pause. */
export interface Disturbance extends Span {
  readonly begun: Millis
}

/** One pass through the timeline. */
export interface Round {
  /** Start of the baseline. */
  readonly start: Millis
  /** Start of the first fault, or the end when there was none. */
  readonly baselineEnd: Millis
  readonly faults: readonly FaultWindow[]
  readonly end: Millis
}

/**
 * How long after the start of a disturbance something happened. What is seen before the fault was read back is counted from
 * where it began to be put in force: the longest that it can have taken.
 */
export function sinceStart(at: Millis, {from, begun}: Disturbance): Millis {
  return Math.max(0, at >= from ? at - from : at - begun)
}

/** Faults that overlap or touch are one disturbance: their consequences can't be told apart. */
export function disturbances(round: Round): readonly Disturbance[] {
  const merged: Disturbance[] = []
  for (const window of round.faults.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && window.from <= last.to)
      merged[merged.length - 1] = {...last, to: Math.max(last.to, window.to)}
    else merged.push({from: window.from, to: window.to, begun: window.begun ?? window.from})
  }
  return merged
}

/** The spans in which a condition with this `during` looks. */
export function spansOf(during: During, round: Round): readonly Span[] {
  if (typeof during === 'object') return round.faults.filter(({name}) => name === during.fault)
  const ends = round.faults.map((window) => window.to)
  switch (during) {
    case 'baseline':
      return [{from: round.start, to: round.baselineEnd}]
    case 'fault':
      return disturbances(round)
    case 'recovery':
      return ends.length === 0 ? [] : [{from: Math.max(...ends), to: round.end}]
    case 'drill':
      return [{from: round.start, to: round.end}]
  }
}

export function isInside(at: Millis, spans: readonly Span[]): boolean {
  return spans.some((span) => at >= span.from && at < span.to)
}

/** Whether they have an instant in common; always when there is nothing to compare with. */
export function touchesAny({from, to}: Span, spans: readonly Span[] | null): boolean {
  return spans === null || spans.some((span) => span.from < to && from < span.to)
}
