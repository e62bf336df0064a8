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
import {breakerStart} from '../../policies/guards/breaker-start.ts'
import type {SharedGuards} from '../../policies/guards/shared.ts'
import type {Prober} from '../../probes/probe.ts'
import type {LoopLag} from '../../probes/loop-lag.ts'
import {loadProbe} from '../../probes/registry.ts'
import {Remedies} from '../../probes/remedies/remedies.ts'
import {runSession} from '../../probes/session.ts'
import {SummaryFold} from '../../probes/summary.ts'
import type {CheckTarget} from './check-spec.ts'
import type {Stay} from './slots.ts'

export interface MeasureRequest {
  readonly target: CheckTarget
  readonly opened: OpenedTarget
  readonly origin: Millis
  /** ISO 8601. */
  readonly started: string
  /** All attempts of one sample together. */
  readonly maxTime: Millis
  readonly emit: EmitEvent
  readonly signal: AbortSignal
  /** Its place among those that measure: it holds one on entry. */
  readonly stay: Stay
  /** Of all targets: how late this process runs, and what their policies have in common. */
  readonly shared: {readonly lag: LoopLag; readonly guards: SharedGuards}
}

export interface OpenedTarget {
  readonly prober: Prober
  /** Null without a policy. */
  readonly remedies: Remedies | null
  readonly another: () => Promise<Prober>
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
  {url, family, options, expectations, position, policy, ...bound}: CheckTarget,
  ports: Ports,
): Promise<OpenedTarget> {
  const probe = await loadProbe(url.kind)
  const conditions = expectations.flatMap(({expectation: each}) => ('any' in each ? each.any : [each]))
  const fields = conditions.map(({field}) => field)
  const attuned: unknown = probe.attune ? probe.attune(options, fields) : options
  const remedies = policy && new Remedies({policy, url, options, ports})
  const request = {url, family, options: attuned, ...boundTo(bound)}
  const another = async (): Promise<Prober> => probe.open(request, remedies?.ports ?? ports)
  try {
    return {prober: await another(), remedies, another}
  } catch (error) {
    if (!isUserError(error)) throw error
    throw new UserError(
      error.problems.map((problem): Problem => ({position, ...problem})),
      error.exit,
    )
  }
}

export async function openAll(
  targets: readonly CheckTarget[],
  ports: Ports,
): Promise<readonly OpenedTarget[]> {
  const problems: Problem[] = []
  const probers: OpenedTarget[] = []
  for (const target of targets) {
    try {
      probers.push(await openTarget(target, ports))
    } catch (error) {
      if (!isUserError(error)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length === 0) return probers
  for (const {prober} of probers) await prober.close()
  throw new UserError(problems)
}

/** Takes the samples and closes the prober. Ends early, without a sample for what was under way, on `signal`. */
export async function measureTarget(
  {target, opened, origin, started, maxTime, emit, signal, stay, shared}: MeasureRequest,
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
  const {prober, remedies, another} = opened
  try {
    const onTiming = (timing: boolean): void => (timing ? stay.resume() : stay.rest())
    const care = remedies ? {care: {remedies, another}} : {}
    const run = {origin, emit: onEvent, signal, onTiming, ...shared, ...care}
    await runSession(spec, prober, {clock, random: random.fork(target.name)}, run)
  } finally {
    remedies?.close()
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
    ...(policy && breakerStart(policy)),
  }
}
