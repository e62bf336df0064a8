/**
 * What the other faults of a drill did to a sample. Their effects join as the plans say: delays add, jitters add as variances,
 * losses combine as 1 - (1 - a)(1 - b). Pure.
 */
import type {ExpectedEffect} from '../faults/fault.ts'
import type {Millis, Ratio} from '../core/units.ts'
import type {TargetSeries} from './series.ts'
import type {Span} from './windows.ts'

/** Its effect began somewhere from `begun` to `from`, and ended somewhere from `to` to `gone`. */
export interface OtherFault extends Span {
  readonly name: string
  readonly effect: ExpectedEffect
  /** Names of the targets whose packets, or answers, are in its scope. */
  readonly felt: readonly string[]
  readonly begun: Millis
  readonly gone: Millis
}

export interface Beside {
  readonly delay: Millis
  readonly spread: Millis
  /** Share of round trips that they take. */
  readonly loss: Ratio
}

/** Those that did `what` to the target at some time of the span. */
export function othersOn(
  {info}: TargetSeries,
  {from, to}: Span,
  others: readonly OtherFault[],
  what: 'delay' | 'loss',
): readonly OtherFault[] {
  const does = ({effect}: OtherFault): boolean =>
    what === 'delay'
      ? effect.rtt !== undefined
      : (effect.loss ?? 0) > 0 || effect.blocked !== undefined || effect.fails !== undefined
  return others.filter(
    (one) => does(one) && one.felt.includes(info.name) && one.begun < to && one.gone > from,
  )
}

/** Null for a sample on its way while one of them came or went, or that one of them keeps from an answer: it tells nothing. */
export function besideAt(sample: Span, others: readonly OtherFault[]): Beside | null {
  const met = others.filter(({begun, gone}) => sample.from < gone && sample.to > begun)
  const isClear = met.every(
    ({from, to, effect}) =>
      sample.from >= from && sample.to <= to && effect.blocked === undefined && effect.fails === undefined,
  )
  if (!isClear) return null
  return {
    delay: met.reduce((sum, {effect}) => sum + (effect.rtt?.mean ?? 0), 0),
    spread: Math.hypot(...met.map(({effect}) => effect.rtt?.spread ?? 0)),
    loss: 1 - met.reduce((passed, {effect}) => passed * (1 - (effect.loss ?? 0)), 1),
  }
}
