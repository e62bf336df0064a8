/**
 * Was the fault real? Asked against measured: what the kernel reads back, what its counters saw, what the probes
 * inside the scope felt, and that the control targets outside felt nothing.
 */
import type {Proof} from '../core/fault-events.ts'
import {percentile} from '../core/statistics.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import type {FaultCounters, FaultPlan} from '../faults/fault.ts'
import type {OtherFault} from './beside.ts'
import {failureProofs} from './failure-proof.ts'
import {median, roundTrips} from './round-trips.ts'
import type {TargetSeries} from './series.ts'
import {delayProof, lossProof} from './shaping-proof.ts'
import type {Span} from './windows.ts'

export interface FaultEvidence {
  readonly plan: FaultPlan
  readonly readback: string
  readonly asAsked: boolean | null
  readonly counters: FaultCounters | null
  /** From applied to removed. */
  readonly window: Span & {readonly begun?: Millis}
  readonly baseline: Span
  /** Targets inside the fault's scope. */
  readonly affected: readonly TargetSeries[]
  readonly controls: readonly TargetSeries[]
  /** Other faults of the drill, whenever they were in force. */
  readonly others?: readonly OtherFault[]
}

/** The asked-against-measured table of one fault. It is proven when no line is anything but `verified`. */
export function judgeProof(evidence: FaultEvidence): readonly Proof[] {
  return [
    ...readbackProof(evidence),
    ...counterProof(evidence),
    ...evidence.affected.flatMap((series) => effectProofs(series, evidence)),
    ...evidence.controls.map((series) => controlProof(series, evidence)),
  ]
}

export function isProven(proofs: readonly Proof[]): boolean {
  return proofs.length > 0 && proofs.every((proof) => proof.verdict === 'verified')
}

function readbackProof({asAsked, readback, plan}: FaultEvidence): readonly Proof[] {
  if (asAsked === null) return []
  return [
    {
      what: `read-back (${plan.backend})`,
      asked: plan.summary,
      measured: readback === '' ? 'nothing there' : readback,
      verdict: asAsked ? 'verified' : 'not-effective',
    },
  ]
}

function counterProof({counters, plan}: FaultEvidence): readonly Proof[] {
  if (!counters) return []
  const measured = `${counters.affected} of ${counters.matched}`
  const verdict =
    counters.matched === 0 ? 'no-traffic' : counters.affected === 0 ? 'not-effective' : 'verified'
  return [{what: `counter (${plan.backend})`, asked: 'above 0', measured, verdict}]
}

function effectProofs(series: TargetSeries, evidence: FaultEvidence): readonly Proof[] {
  const {effect} = evidence.plan
  if (effect.fails) return failureProofs(series, effect.fails, evidence.window)
  if (effect.blocked) return hasOtherWays(series) ? [] : [blockedProof(series, evidence)]
  const proofs: Proof[] = []
  if (effect.rtt && measuresRoundTrip(series, evidence.plan)) proofs.push(delayProof(series, evidence))
  if (effect.loss !== undefined && effect.loss > 0 && measuresLoss(series))
    proofs.push(lossProof(series, evidence))
  return proofs
}

/** A multipath connection goes on beside what is blocked, which is what it is for. */
function hasOtherWays({last}: TargetSeries): boolean {
  return (last?.mptcp?.paths.length ?? 0) > 1
}

function blockedProof(series: TargetSeries, {window, plan}: FaultEvidence): Proof {
  // A sample on its way when the block is lifted may still succeed by a retransmission: it proves nothing.
  const points = series.points.filter((point) => point.sentAt >= window.from && point.endedAt <= window.to)
  const through = points.filter((point) => point.ok).length
  const codes = [...new Set(points.flatMap((point) => (point.failure ? [point.failure.code] : [])))].join(
    ', ',
  )
  const measured =
    points.length === 0
      ? 'no sample'
      : `${through} of ${points.length} got through${codes ? ` (${codes})` : ''}`
  const verdict = points.length === 0 ? 'no-traffic' : through === 0 ? 'verified' : 'not-effective'
  return {what: `${series.info.name} blocked`, asked: plan.effect.blocked ?? '', measured, verdict}
}

/** A control is breached when it fails, or when its median leaves what its baseline has shown. */
function controlProof(series: TargetSeries, {window, baseline, plan}: FaultEvidence): Proof {
  const points = series.points.filter((point) => point.sentAt >= window.from && point.sentAt < window.to)
  const failed = points.filter((point) => !point.ok).length
  const before = roundTrips(series, baseline, {whole: false, backend: plan.backend})
  const during = roundTrips(series, window, {whole: false, backend: plan.backend})
  const what = `${series.info.name} untouched`
  const asked = 'no change'
  if (points.length === 0) return {what, asked, measured: 'no sample', verdict: 'no-traffic'}
  const limit = controlLimit(before)
  const middle = during.length === 0 ? 0 : median(during)
  const measured = `${failed} of ${points.length} lost, median ${formatDuration(middle)} (baseline ${formatDuration(before.length === 0 ? 0 : median(before))})`
  const calm = failed <= points.length * 0.02 && middle <= limit
  return {what, asked, measured, verdict: calm ? 'verified' : 'out-of-tolerance'}
}

/** Up to here a control's median counts as unchanged: its own p95 doubled, at least 5 ms above its median. */
function controlLimit(before: readonly Millis[]): Millis {
  if (before.length === 0) return Number.POSITIVE_INFINITY
  const ascending = before.toSorted((a, b) => a - b)
  return Math.max(2 * percentile(ascending, 95), percentile(ascending, 50) + 5)
}

/** Lost packets of a stream are retransmitted: only datagram probes show loss as loss. */
function measuresLoss(series: TargetSeries): boolean {
  return ['ping', 'dns', 'udp', 'stun'].includes(series.info.kind)
}

/** The proxy can't delay a TCP handshake, which its kernel completes at once. */
function measuresRoundTrip(series: TargetSeries, plan: FaultPlan): boolean {
  return !(plan.backend === 'proxy' && series.info.kind === 'tcp')
}
