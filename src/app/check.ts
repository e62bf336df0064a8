/** The check command from its flags to the exit code. */
import type {CheckResult} from '../core/check-result.ts'
import {createAnonymiser} from '../core/anonymise.ts'
import {type Problem, UserError, isUserError} from '../core/errors.ts'
import type {RunEvent} from '../core/events.ts'
import {EXIT, exitCodeOfSignal} from '../core/exit-codes.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {checkNagiosExit} from '../reporters/check/nagios.ts'
import type {LoadedCheck} from '../scenarios/check/check-spec.ts'
import {loadCheck} from '../scenarios/check/load-check.ts'
import {concludeCheck, runCheck} from '../scenarios/check/run-check.ts'
import {keepHeapSmall} from '../system/heap.ts'
import {packageVersion} from '../system/package-root.ts'
import {type EndingSignal, endProcess, onEndingSignal} from '../system/signals.ts'
import {readSources} from './documents.ts'
import {readDurationFlag} from './read-duration.ts'
import {type CheckDisplay, type CheckDisplayRequest, openCheckDisplay} from './check-display.ts'
import {type CheckRedactor, checkRedactor} from './check-redact.ts'
import {type CheckReportFiles, renderAnnotations, writeReports} from './check-reports.ts'

/** What the flags say, as text where a person typed text. */
export interface CheckFlags {
  /** `-` is standard input; none for ./netdrill.yaml. */
  readonly files: readonly string[]
  readonly only: readonly string[]
  readonly tags: readonly string[]
  readonly wait?: string | undefined
  readonly maxTime: string
  /** With `wait`: how often in a row a target has to pass. */
  readonly passes: number
  readonly concurrency: number
  readonly failOnFlaky: boolean
  /** Addresses get other names in all that is shown and written. */
  readonly redact: boolean
  readonly reports: CheckReportFiles
  readonly display: CheckDisplayRequest
  /** Shows a problem that doesn't end the command. */
  readonly warn: (problem: Problem) => void
}

/** Between a second signal and the end of the process, if a probe doesn't obey. */
const PATIENCE: Millis = 1000

/** Checks, shows, reports and judges; gives the exit code. Throws `UserError` before anything is sent. */
export async function checkDocuments(flags: CheckFlags, ports: Ports): Promise<number> {
  keepHeapSmall()
  const wait = flags.wait === undefined ? null : readDurationFlag('--wait', flags.wait)
  const maxTime = readDurationFlag('--max-time', flags.maxTime)
  if (flags.passes > 1 && wait === null) {
    const advice = ['add --wait with the longest time to wait']
    throw new UserError({code: 'USAGE_INVALID', message: '--passes means something with --wait only', advice})
  }
  const sources = await readSources(flags.files, ports)
  const env = (name: string): string | undefined => ports.host.env(name)
  const read = async (path: string): Promise<string | null> => ports.files.readText(path)
  const loaded = await loadCheck(sources, {env, read, only: flags.only, tags: flags.tags})
  for (const warning of loaded.warnings) flags.warn(warning)
  const redactor = checkRedactor(loaded.secrets, flags.redact ? createAnonymiser() : undefined)
  try {
    const result = await runAndShow(flags, {loaded, redactor, wait, maxTime}, ports)
    const problems = await writeReports(result, flags.reports, ports.host)
    for (const problem of problems) flags.warn(problem)
    const exit = flags.display.mode === 'nagios' ? checkNagiosExit(result) : result.exit
    // A report that is not there must not look like a pass.
    return exit === EXIT.pass && problems.length > 0 ? EXIT.usage : exit
  } catch (error) {
    throw isUserError(error) ? redactor.error(error) : error
  }
}

interface Prepared {
  readonly loaded: LoadedCheck
  readonly redactor: CheckRedactor
  readonly wait: Millis | null
  readonly maxTime: Millis
}

async function runAndShow(
  flags: CheckFlags,
  {loaded, redactor, wait, maxTime}: Prepared,
  ports: Ports,
): Promise<CheckResult> {
  const {targets, groups, files} = loaded
  const stop = new AbortController()
  // A reader that went away wants no more of the text; the verdict and the reports are still wanted.
  const names = [...targets, ...groups].map(({name}) => redactor.text(name))
  const display = openCheckDisplay(flags.display, {names, onClosed: () => {}})
  const signals = watchSignals(stop, ports)
  const emit = (event: RunEvent): void => display.show(redactor.event(event))
  try {
    emit(runStarted(loaded, ports))
    const {concurrency, failOnFlaky} = flags
    const outcome = await runCheck(
      {
        targets,
        groups,
        concurrency,
        wait,
        maxTime,
        passes: flags.passes,
        emit,
        onTarget: (target, index) => display.target(redactor.target(target), index),
        signal: stop.signal,
      },
      ports,
    )
    const about = {version: packageVersion(), files, seed: ports.random.seed, groups}
    const ending = {signal: signals.seen(), failOnFlaky}
    const result = redactor.result(concludeCheck(outcome, ending, about))
    finish(result, display, ports)
    return result
  } finally {
    signals.forget()
  }
}

function finish(result: CheckResult, display: CheckDisplay, ports: Ports): void {
  const {verdict, exit, duration: at, targets, groups} = result
  const reasons = [...targets, ...groups].flatMap(({name, reason}) =>
    reason ? [`${name}: ${reason.code}: ${reason.text}`] : [],
  )
  for (const {name, needed, members, passed, verdict: how} of groups) {
    const text = `${name}: ${needed} of ${members.length} pass`
    const met = how === 'pass' ? true : how === 'fail' ? false : null
    display.show({at, type: 'expectation', text, met, actual: `${passed} passed`})
  }
  display.show({at, type: 'verdict', verdict, reasons, exit})
  display.show({at, type: 'run-ended', journal: null})
  display.end(result)
  display.aside(renderAnnotations(result, ports.host))
}

interface WatchedSignals {
  readonly seen: () => EndingSignal | null
  readonly forget: () => void
}

function watchSignals(stop: AbortController, ports: Pick<Ports, 'clock'>): WatchedSignals {
  let seen: EndingSignal | null = null
  const forget = onEndingSignal((signal) => {
    if (seen !== null) {
      ports.clock.after(PATIENCE, () => endProcess(exitCodeOfSignal(signal)))
    }
    seen = signal
    stop.abort(new Error(`${signal} received`))
  })
  return {seen: () => seen, forget}
}

function runStarted({files}: LoadedCheck, ports: Ports): RunEvent {
  const {os, kernel, node, arch} = ports.host.platform
  const started = new Date(ports.clock.wall()).toISOString()
  return {
    at: 0,
    type: 'run-started',
    run: {
      id: `check-${started}`,
      command: 'check',
      title: files.join(', '),
      version: packageVersion(),
      seed: ports.random.seed,
      started,
      platform: `${os} ${kernel} ${arch}, Node ${node}`,
      backends: [],
    },
  }
}
