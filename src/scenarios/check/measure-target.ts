/** One target probed once: its samples, its retries, and what became of them. */
import type {CheckMeasurement} from '../../core/check-result.ts'
import {makeFailure} from '../../core/codes/index.ts'
import {type Problem, UserError, isUserError} from '../../core/errors.ts'
import type {EmitEvent, RunEvent, TargetInfo} from '../../core/events.ts'
import type {Failure} from '../../core/failure.ts'
import type {Ports} from '../../core/ports.ts'
import {boundTo} from '../../core/watch.ts'
import type {Millis} from '../../core/units.ts'
import type {Policy} from '../../policies/policy.ts'
import type {Prober} from '../../probes/probe.ts'
import type {LoopLag} from '../../probes/loop-lag.ts'
import {loadProbe} from '../../probes/registry.ts'
import {runSession} from '../../probes/session.ts'
import {SummaryFold} from '../../probes/summary.ts'
import type {CheckTarget} from './check-spec.ts'
import type {Stay} from './slots.ts'

export interface MeasureRequest {
  readonly target: CheckTarget
  readonly prober: Prober
  readonly origin: Millis
  /** ISO 8601. */
  readonly started: string
  /** All attempts of one sample together. */
  readonly maxTime: Millis
  readonly emit: EmitEvent
  readonly signal: AbortSignal
  /** Its place among those that measure: it holds one on entry. */
  readonly stay: Stay
  /** How late this process runs; one for all targets. */
  readonly lag: LoopLag
}

export interface Measurement {
  readonly result: CheckMeasurement
  /** All samples that were asked for were taken, or can't be. */
  readonly complete: boolean
  /** Of the last attempt of a sample that was not finished. */
  readonly pending: Failure | null
}

/**
 * Opens the probe, attuned to what is expected. Throws `UserError`, at the target's place, for what is wrong with its URL
 * or options.
 */
export async function openTarget(
  {url, family, options, expectations, position, ...bound}: CheckTarget,
  ports: Ports,
): Promise<Prober> {
  const probe = await loadProbe(url.kind)
  const conditions = expectations.flatMap(({expectation: each}) => ('any' in each ? each.any : [each]))
  const fields = conditions.map(({field}) => field)
  const attuned: unknown = probe.attune ? probe.attune(options, fields) : options
  try {
    return await probe.open({url, family, options: attuned, ...boundTo(bound)}, ports)
  } catch (error) {
    if (!isUserError(error)) throw error
    throw new UserError(
      error.problems.map((problem): Problem => ({position, ...problem})),
      error.exit,
    )
  }
}

/** Takes the samples and closes the prober. Ends early, without a sample for what was under way, on `signal`. */
export async function measureTarget(
  {target, prober, origin, started, maxTime, emit, signal, stay, lag}: MeasureRequest,
  ports: Ports,
): Promise<Measurement> {
  const summary = new SummaryFold({target: target.name, kind: target.url.kind, started})
  let pending: Failure | null = null
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'attempt') pending = event.failure
    if (event.type === 'sample') pending = null
    summary.add(event)
    emit(event)
  }
  const policy = target.policy && boundPolicy(target.policy, maxTime)
  const spec = {info: targetInfo(target), count: target.count, duration: null, policy}
  const {clock, random} = ports
  try {
    const onTiming = (timing: boolean): void => (timing ? stay.resume() : stay.rest())
    const run = {origin, emit: onEvent, signal, onTiming, lag}
    await runSession(spec, prober, {clock, random: random.fork(target.name)}, run)
  } finally {
    // Closing looks once more for late and duplicate replies.
    await prober.close()
  }
  const result = summary.result()
  const lacks = result.skip?.code === 'CAPABILITY_MISSING'
  return {result, complete: lacks || result.samples.length >= target.count, pending}
}

/** The result of a target whose time was over before anything was known. */
export function outOfTime(
  target: CheckTarget,
  {started, origin, emit}: Pick<MeasureRequest, 'started' | 'origin' | 'emit'>,
  {failure, at}: {readonly failure: Failure | null; readonly at: Millis},
): CheckMeasurement {
  const summary = new SummaryFold({target: target.name, kind: target.url.kind, started})
  const told = failure ?? makeFailure('ATTEMPT_TIMEOUT', 'no result before the time to wait was over')
  const sentAt = at - origin
  const event: RunEvent = {
    at: sentAt,
    type: 'sample',
    target: target.name,
    sample: {seq: 1, sentAt, outcome: {status: 'failed', failure: told, partial: {phase: {}}, took: 0}},
  }
  summary.add(event)
  emit(event)
  return summary.result()
}

/** A ladder without an end is for watching; a check has to end. */
function boundPolicy(policy: Policy, maxTime: Millis): Policy {
  return {...policy, deadline: Math.min(policy.deadline ?? maxTime, maxTime)}
}

function targetInfo({name, url, interval, timeout, policy}: CheckTarget): TargetInfo {
  return {
    name,
    url: url.text,
    kind: url.kind,
    role: 'target',
    interval,
    timeout,
    policy: policy?.name ?? null,
  }
}
