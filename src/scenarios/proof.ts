/**
 * Was the fault real? Asked against measured: what the kernel reads back, what its counters saw, what the probes
 * inside the scope felt, and that the control targets outside felt nothing.
 */
import type {Proof} from '../core/fault-events.ts'
import {percentile, proportionInterval} from '../core/statistics.ts'
import {type Millis, formatDuration, formatPercent} from '../core/units.ts'
import type {FaultCounters, FaultPlan} from '../faults/fault.ts'
import {failureProofs} from './failure-proof.ts'
import type {Point, TargetSeries} from './series.ts'
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
}

/** The least difference that may be called one: below, scheduling noise decides. */
const NOISE_FLOOR: Millis = 2
/** Relative tolerance of a measured delay. */
const DELAY_TOLERANCE = 0.05

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

function delayProof(series: TargetSeries, {window, baseline, plan}: FaultEvidence): Proof {
  const asked = plan.effect.rtt ?? {mean: 0, spread: 0}
  const before = roundTrips(series, baseline, {whole: false, backend: plan.backend})
  const during = roundTrips(series, window, {whole: true, backend: plan.backend})
  const what = `${series.info.name} round trip`
  const askedText = `+${formatDuration(asked.mean)}${asked.spread > 0 ? ` ± ${formatDuration(asked.spread)}` : ''}`
  if (before.length === 0 || during.length === 0) {
    return {what, asked: askedText, measured: 'no round trip', verdict: 'no-traffic'}
  }
  // Medians: one retransmission among the samples must not decide.
  const added = median(during) - median(before)
  const noise =
    3 * Math.hypot(deviation(before) / Math.sqrt(before.length), asked.spread / Math.sqrt(during.length))
  const tolerance = Math.max(NOISE_FLOOR, DELAY_TOLERANCE * asked.mean, noise)
  const measured = `${added < 0 ? '' : '+'}${formatDuration(added)} (n=${during.length})`
  const close = Math.abs(added - asked.mean) <= tolerance
  const verdict = close ? 'verified' : added < asked.mean / 4 ? 'not-effective' : 'out-of-tolerance'
  return {what, asked: `${askedText}, tolerance ${formatDuration(tolerance)}`, measured, verdict}
}

function lossProof(series: TargetSeries, {window, plan}: FaultEvidence): Proof {
  const asked = plan.effect.loss ?? 0
  const points = series.points.filter((point) => point.sentAt >= window.from && point.endedAt <= window.to)
  const lost = points.filter((point) => !point.ok).length
  const range = proportionInterval(lost, points.length)
  const inRange = asked >= range.low && asked <= range.high
  const measured = `${formatPercent(points.length === 0 ? 0 : lost / points.length)} (${lost} of ${points.length}, 99% interval ${formatPercent(range.low)}–${formatPercent(range.high)})`
  const verdict =
    points.length === 0
      ? 'no-traffic'
      : inRange
        ? 'verified'
        : lost === 0
          ? 'not-effective'
          : 'out-of-tolerance'
  return {what: `${series.info.name} loss`, asked: formatPercent(asked), measured, verdict}
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

/**
 * The part of a sample that takes exactly one round trip, with as little computing in it as can be had: the TCP
 * handshake, which the kernels do. Behind a proxy, whose kernel answers at once, the TLS handshake (RFC 8446 section 2), or
 * without TLS the wait for the first byte of an answer, whose own time is in the baseline as well.
 */
function oneRoundTrip(
  {kind, backend}: {readonly kind: string; readonly backend: string},
  point: Point,
): Millis | null {
  switch (kind) {
    case 'tls':
    case 'http':
      return (backend === 'proxy' ? (point.phase.tls ?? point.phase.wait) : point.phase.connect) ?? null
    case 'tcp':
      return point.phase.connect ?? point.rtt
    default:
      return point.rtt
  }
}

interface Choice {
  /** Only samples that ended inside the span. */
  readonly whole: boolean
  readonly backend: string
}

function roundTrips(series: TargetSeries, span: Span, {whole, backend}: Choice): readonly Millis[] {
  const {kind} = series.info
  return series.points
    .filter(
      (point) =>
        point.ok && point.sentAt >= span.from && (whole ? point.endedAt <= span.to : point.sentAt < span.to),
    )
    .flatMap((point) => oneRoundTrip({kind, backend}, point) ?? [])
}

function median(values: readonly Millis[]): Millis {
  return percentile(
    values.toSorted((a, b) => a - b),
    50,
  )
}

function deviation(values: readonly Millis[]): Millis {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.length < 2
    ? 0
    : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}
