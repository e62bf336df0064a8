/** One probe command from its flags to the exit code. */
import type {Condition} from '../config/conditions/condition.ts'
import {UserError} from '../core/errors.ts'
import type {RunEvent, TargetInfo} from '../core/events.ts'
import {type ExitCode, type Verdict, exitCodeOfSignal} from '../core/exit-codes.ts'
import type {Family} from '../core/outcome.ts'
import type {Ports} from '../core/ports.ts'
import type {ProbeResult, ProbeVerdict} from '../core/probe-result.ts'
import type {ProbeKind, TargetUrl} from '../core/target.ts'
import {suggest} from '../core/text.ts'
import {type Millis, formatDuration, parseDuration} from '../core/units.ts'
import {breakerStart} from '../policies/guards/breaker-start.ts'
import type {Policy} from '../policies/policy.ts'
import type {Probe, Prober} from '../probes/probe.ts'
import {LoopLag} from '../probes/loop-lag.ts'
import {loadProbe} from '../probes/registry.ts'
import {Remedies} from '../probes/remedies/remedies.ts'
import {type SessionRun, runSession} from '../probes/session.ts'
import {SummaryFold} from '../probes/summary.ts'
import {packageVersion} from '../system/package-root.ts'
import {type EndingSignal, endProcess, onEndingSignal} from '../system/signals.ts'
import {type ProbeDisplay, type ProbeDisplayRequest, openProbeDisplay} from './probe-display.ts'
import {type ExitStyle, judgeProbe, readExpectations} from './probe-judge.ts'
import {readTarget, targetName} from './probe-target.ts'
import {type ProfileRecording, openRecording} from './record-profile.ts'

/** What the flags say, as text where a person typed text. */
export interface ProbeRequestFlags {
  readonly kind: ProbeKind
  readonly target: string
  readonly server?: string | undefined
  /** 0 for no end. */
  readonly count: number
  readonly interval: string
  readonly timeout?: string | undefined
  readonly policy?: string | undefined
  readonly expect: readonly string[]
  readonly family: Family | 0
  readonly source?: string | undefined
  readonly interface?: string | undefined
  /** A file for what was seen of the way, as a link profile. */
  readonly record?: string | undefined
  /** Options of the kind, as its schema names them. */
  readonly options: Readonly<Record<string, unknown>>
  readonly exitStyle: ExitStyle
  readonly display: Omit<ProbeDisplayRequest, 'exitStyle' | 'count'>
}

const DEFAULT_TIMEOUT: Millis = 3000
const LEAST_INTERVAL: Millis = 10
const LONGEST: Millis = 7 * 86_400_000
/** Between a second signal and the end of the process, if the probe doesn't obey. */
const PATIENCE: Millis = 1000

const VERDICT_OF: Readonly<Record<ProbeVerdict, Verdict>> = {
  pass: 'pass',
  fail: 'fail',
  skipped: 'inconclusive',
  interrupted: 'aborted',
}

interface ProbeJob {
  readonly url: TargetUrl
  readonly info: TargetInfo
  readonly policy: Policy | null
  readonly conditions: readonly Condition[]
  readonly prober: Prober
  /** Null without a policy. */
  readonly remedies: Remedies | null
  readonly another: () => Promise<Prober>
  /** Null without --record. */
  readonly recording: ProfileRecording | null
}

/** Probes, shows and judges; gives the exit code. Throws `UserError` before anything is sent. */
export async function runProbe(flags: ProbeRequestFlags, ports: Ports): Promise<number> {
  const job = await prepare(flags, ports)
  const stop = new AbortController()
  const origin = ports.clock.now()
  const {count, exitStyle} = flags
  // A reader that went away wants no more: that is an end, not a failure.
  const onClosed = (): void => stop.abort(new Error('output closed'))
  const display = openProbeDisplay({...flags.display, exitStyle, count}, {onClosed})
  let signalled: EndingSignal | null = null
  const forget = onEndingSignal((signal) => {
    if (signalled !== null) ports.clock.after(PATIENCE, () => endProcess(exitCodeOfSignal(signal)))
    signalled = signal
    stop.abort(new Error(`${signal} received`))
  })
  const started = new Date(ports.clock.wall()).toISOString()
  const lag = new LoopLag(ports.clock)
  const summary = new SummaryFold({target: job.info.name, kind: flags.kind, started})
  const emit = (event: RunEvent): void => {
    summary.add(event)
    job.recording?.add(event)
    display.show(event)
  }
  try {
    emit(runStarted(flags, job, ports, started))
    if (job.policy && isEndless(job.policy)) {
      const text = `policy ${job.policy.name} never gives up: Ctrl-C ends the probe`
      emit({at: 0, type: 'notice', level: 'info', code: null, text})
    }
    const spec = {info: job.info, count: count === 0 ? null : count, duration: null, policy: job.policy}
    await runSession(spec, job.prober, ports, {origin, emit, signal: stop.signal, lag, ...careOf(job)})
    // Closing looks once more for late and duplicate replies.
    await job.prober.close()
    const result = judgeProbe(summary.result(), job.conditions, {signal: signalled, style: exitStyle})
    finish(result, display, {emit, at: ports.clock.now() - origin})
    await job.recording?.finish(started)
    return result.exit
  } finally {
    forget()
    lag.stop()
    job.remedies?.close()
    display.close()
    await job.prober.close()
  }
}

function careOf({remedies, another}: ProbeJob): Pick<SessionRun, 'care'> {
  return remedies ? {care: {remedies, another}} : {}
}

function finish(
  result: ProbeResult,
  display: ProbeDisplay,
  {emit, at}: {readonly emit: (event: RunEvent) => void; readonly at: Millis},
): void {
  for (const {condition, met, text} of result.expectations) {
    emit({at, type: 'expectation', text: condition, met, actual: text})
  }
  const reasons = result.failure ? [`${result.failure.code}: ${result.failure.message}`] : []
  emit({at, type: 'verdict', verdict: VERDICT_OF[result.verdict], reasons, exit: result.exit as ExitCode})
  emit({at, type: 'run-ended', journal: null})
  display.end(result)
}

function runStarted(flags: ProbeRequestFlags, job: ProbeJob, ports: Ports, started: string): RunEvent {
  const {os, kernel, node, arch} = ports.host.platform
  return {
    at: 0,
    type: 'run-started',
    run: {
      id: `probe-${started}`,
      command: `probe ${flags.kind}`,
      title: job.info.name,
      version: packageVersion(),
      seed: ports.random.seed,
      started,
      platform: `${os} ${kernel} ${arch}, Node ${node}`,
      backends: [],
    },
  }
}

async function prepare(flags: ProbeRequestFlags, ports: Ports): Promise<ProbeJob> {
  const {kind} = flags
  const url = readTarget(kind, flags.target, flags.server)
  const conditions = readExpectations(kind, flags.expect)
  const interval = readDuration('--interval', flags.interval, LEAST_INTERVAL)
  const asked = flags.timeout === undefined ? null : readDuration('--timeout', flags.timeout, 1)
  const policy = await readPolicy(flags.policy, asked, ports)
  const recording = await openRecording(flags, ports)
  const probe = await loadProbe(kind)
  const options = attuned(probe, readOptions(probe, flags.options), conditions)
  const {family, source, interface: device} = flags
  const remedies =
    policy && new Remedies({policy, url, options: options as Readonly<Record<string, unknown>>, ports})
  const request = {
    url,
    family,
    options,
    ...(source === undefined ? {} : {source}),
    ...(device === undefined ? {} : {interface: device}),
  }
  const open = async (): Promise<Prober> => probe.open(request, remedies?.ports ?? ports)
  const prober = await open()
  const timeout = asked ?? policy?.attemptTimeout ?? DEFAULT_TIMEOUT
  const name = targetName(url)
  const info: TargetInfo = {
    name,
    url: url.text,
    kind,
    role: 'target',
    interval,
    timeout,
    policy: policy?.name ?? null,
    ...(policy && breakerStart(policy)),
  }
  return {url, info, policy, conditions, prober, remedies, another: open, recording}
}

function attuned(probe: Probe, options: unknown, conditions: readonly Condition[]): unknown {
  const fields = conditions.map(({field}) => field)
  return probe.attune ? probe.attune(options, fields) : options
}

/** A --timeout beside a policy is the time of one attempt. */
async function readPolicy(
  name: string | undefined,
  timeout: Millis | null,
  ports: Ports,
): Promise<Policy | null> {
  if (name === undefined) return null
  const {findPolicy} = await import('./policies.ts')
  const {policy} = await findPolicy(name, ports)
  return timeout === null ? policy : {...policy, attemptTimeout: timeout}
}

function isEndless({deadline, maxAttempts, phases}: Policy): boolean {
  return deadline === null && maxAttempts === 0 && phases.some(({attempts}) => attempts === null)
}

function readDuration(flag: string, text: string, least: Millis): Millis {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw usage(`${flag}: ${parsed.because}`)
  const {value} = parsed
  if (value < least) throw usage(`${flag}: ${text} is too short; at least ${formatDuration(least)}`)
  if (value > LONGEST) throw usage(`${flag}: ${text} is too long; at most ${formatDuration(LONGEST)}`)
  return value
}

/** Checks the flags of the kind with the schema that also checks documents. */
function readOptions(probe: Probe, raw: Readonly<Record<string, unknown>>): unknown {
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined))
  const result = probe.schema.safeParse(given)
  if (result.success) return result.data
  throw new UserError(
    result.error.issues.map((issue) => {
      const key = String(issue.path[0] ?? '')
      const flag = key === '' ? '' : `--${key.replaceAll('_', '-')}: `
      const value = given[key]
      const near = issue.code === 'invalid_value' ? suggest(String(value), issue.values.map(String)) : null
      const advice = near === null ? [] : [`did you mean "${near}"?`]
      return {code: 'USAGE_INVALID', message: `${flag}${issue.message}`, advice} as const
    }),
  )
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
