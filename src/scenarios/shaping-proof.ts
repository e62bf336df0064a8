/**
 * Asked against measured for faults that delay and lose. Where others act on the same target at the same time, what they add by
 * the rules of merging is taken into account; samples of which it is not known are left out. Pure.
 */
import type {Proof} from '../core/fault-events.ts'
import {proportionInterval, rttStatistics} from '../core/statistics.ts'
import {type Millis, type Ratio, formatDuration, formatPercent} from '../core/units.ts'
import {type Beside, type OtherFault, besideAt, othersOn} from './beside.ts'
import type {FaultEvidence} from './proof.ts'
import {median, roundTrips, timedPoints} from './round-trips.ts'
import type {TargetSeries} from './series.ts'

/** The least difference that may be called one: below, scheduling noise decides. */
const NOISE_FLOOR: Millis = 2
/** Relative tolerance of a measured delay. */
const DELAY_TOLERANCE = 0.05

export function delayProof(series: TargetSeries, evidence: FaultEvidence): Proof {
  const {window, baseline, plan} = evidence
  const asked = plan.effect.rtt ?? {mean: 0, spread: 0}
  const others = othersOn(series, window, evidence.others ?? [], 'delay')
  const before = roundTrips(series, baseline, {whole: false, backend: plan.backend})
  const during = timedPoints(series, window, {whole: true, backend: plan.backend}).flatMap(
    ({point, took}) => {
      const beside = besideAt({from: point.sentAt, to: point.endedAt}, others)
      return beside === null ? [] : [{took: took - beside.delay, beside}]
    },
  )
  const what = `${series.info.name} round trip`
  const askedText = `${added(asked.mean)}${asked.spread > 0 ? ` ± ${formatDuration(asked.spread)}` : ''}${namesOf(others)}`
  if (before.length === 0 || during.length === 0) {
    return {what, asked: askedText, measured: 'no round trip', verdict: 'no-traffic'}
  }
  // Medians: one retransmission among the samples must not decide.
  const more = median(during.map(({took}) => took)) - median(before)
  const tolerance = toleranceOf(
    asked,
    before,
    during.map(({beside}) => beside),
  )
  const measured = `${added(more)} (n=${during.length})${others.length === 0 ? '' : ', what they add taken off'}`
  const close = Math.abs(more - asked.mean) <= tolerance
  const verdict = close ? 'verified' : more < asked.mean / 4 ? 'not-effective' : 'out-of-tolerance'
  return {what, asked: `${askedText}, tolerance ${formatDuration(tolerance)}`, measured, verdict}
}

function toleranceOf(
  asked: {readonly mean: Millis; readonly spread: Millis},
  before: readonly Millis[],
  beside: readonly Beside[],
): Millis {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const all = asked.mean + mean(beside.map(({delay}) => delay))
  const spread = Math.hypot(asked.spread, ...[Math.max(...beside.map((one) => one.spread))])
  const noise =
    3 *
    Math.hypot(
      (rttStatistics(before)?.stddev ?? 0) / Math.sqrt(before.length),
      spread / Math.sqrt(beside.length),
    )
  return Math.max(NOISE_FLOOR, DELAY_TOLERANCE * all, noise)
}

export function lossProof(series: TargetSeries, evidence: FaultEvidence): Proof {
  const {window, plan} = evidence
  const own = plan.effect.loss ?? 0
  const others = othersOn(series, window, evidence.others ?? [], 'loss')
  const points = series.points
    .filter((point) => point.sentAt >= window.from && point.endedAt <= window.to)
    .flatMap(({ok, sentAt, endedAt}) => {
      // Whether a packet is lost is decided when it is sent; the wait for its answer says nothing about the time of that.
      const beside = besideAt({from: sentAt, to: ok ? endedAt : sentAt + 1}, others)
      return beside === null ? [] : [{ok, chance: 1 - (1 - own) * (1 - beside.loss)}]
    })
  const lost = points.filter(({ok}) => !ok).length
  const range = proportionInterval(lost, points.length)
  const chance: Ratio =
    points.length === 0 ? own : points.reduce((sum, one) => sum + one.chance, 0) / points.length
  const inRange = chance >= range.low && chance <= range.high
  const together = others.length === 0 ? '' : `, ${formatPercent(chance)} together${namesOf(others)}`
  const measured = `${formatPercent(points.length === 0 ? 0 : lost / points.length)} (${lost} of ${points.length}, 99% interval ${formatPercent(range.low)}–${formatPercent(range.high)})`
  const verdict =
    points.length === 0
      ? 'no-traffic'
      : inRange
        ? 'verified'
        : lost === 0
          ? 'not-effective'
          : 'out-of-tolerance'
  return {what: `${series.info.name} loss`, asked: `${formatPercent(own)}${together}`, measured, verdict}
}

function added(time: Millis): string {
  return `${time < 0 ? '' : '+'}${formatDuration(time)}`
}

function namesOf(others: readonly OtherFault[]): string {
  const names = [...new Set(others.map(({name}) => name))]
  return names.length === 0 ? '' : ` beside ${names.join(' and ')}`
}
