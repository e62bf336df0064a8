/** The monitor command from its flags to the exit code. */
import {createAnonymiser} from '../core/anonymise.ts'
import {isUserError} from '../core/errors.ts'
import {EXIT, exitCodeOfSignal} from '../core/exit-codes.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {Notifier} from '../connections/notify/notifier.ts'
import type {RunEvent} from '../core/events.ts'
import type {AlertPlan} from '../policies/alerts/rule.ts'
import {readAlerts} from '../policies/alerts/read-alerts.ts'
import {METRICS} from '../reporters/metrics/definitions.ts'
import type {LoadedCheck} from '../scenarios/check/check-spec.ts'
import {loadCheck} from '../scenarios/check/load-check.ts'
import {keepHeapSmall} from '../system/heap.ts'
import {type EndingSignal, endProcess, onEndingSignal, onReloadSignal} from '../system/signals.ts'
import {readSources} from './documents.ts'
import {MonitorAlerts} from './monitor-alerts.ts'
import {type JournalRequest, openMonitorJournal} from './monitor-journal.ts'
import {type ListenRequest, openExposure} from './monitor-listen.ts'
import {type MonitorDisplayRequest, openMonitorDisplay} from './monitor-display.ts'
import {MonitorFacts} from '../reporters/monitor-facts.ts'
import {describeReceivers, openNotifier} from './monitor-notify.ts'
import {MonitorOutputs} from './monitor-outputs.ts'
import {MonitorRun} from './monitor-run.ts'
import {readDurationFlag} from './read-duration.ts'

export interface MonitorFlags {
  readonly files: readonly string[]
  readonly only: readonly string[]
  readonly tags: readonly string[]
  readonly for?: string | undefined
  /** Addresses get other names in all that is shown and written. */
  readonly redact: boolean
  readonly journal: JournalRequest
  readonly display: MonitorDisplayRequest
  readonly expose: ListenRequest
}

type Ending = 'time' | 'quit' | EndingSignal

/** Watches until its time is over, a key or a signal; gives the exit code. Throws `UserError` before anything is sent. */
export async function monitorDocuments(flags: MonitorFlags, ports: Ports): Promise<number> {
  const {clock} = ports
  const lasts = flags.for === undefined ? null : readDurationFlag('--for', flags.for)
  const load = async (): Promise<LoadedMonitor> => loadDocuments(flags, ports)
  keepHeapSmall()
  const loaded = await load()
  let end: (why: Ending) => void = () => {}
  const ended = new Promise<Ending>((resolve) => (end = resolve))
  const origin = clock.now()
  const now = (): Millis => clock.now() - origin
  const facts = new MonitorFacts()
  const anonymise = flags.redact ? createAnonymiser() : undefined
  const exposure = await openExposure(flags.expose, now, facts)
  const id = `monitor-${new Date(clock.wall()).toISOString().replace(/[-:]|\..*/g, '')}`
  const journal = await openMonitorJournal(flags.journal, id, ports.files)
  const outputs = new MonitorOutputs({journal, exposure, facts, now, anonymise})
  const display = await openMonitorDisplay(flags.display, {
    facts,
    now,
    after: (wait, callback) => clock.after(wait, callback),
    onKey: (what) => {
      if (what === 'mark') outputs.mark()
      else end(what === 'quit' ? 'quit' : 'SIGINT')
    },
  })
  outputs.show(display)
  const publish = (event: RunEvent): void => outputs.publish(event)
  const alerts = new MonitorAlerts(loaded.alerts, {clock, now, publish})
  outputs.listen((event) => alerts.add(event))
  const notifier = await openNotifier(loaded.check.receivers, {run: id, ports, now, publish})
  outputs.listen((event) => notifier.add(event))
  const notes = [alerts.describe(), describeReceivers(loaded.check.receivers)].filter((note) => note !== null)
  exposure.own('main', ports.host.pid)
  const onProber = (pid: number): void => exposure.own('prober', pid)
  const run = new MonitorRun({id, ports, origin, outputs, notes, onProber, onLost: () => end('SIGTERM')})
  const watch: Watch = {run, outputs, alerts, notifier}
  const forget = listenToSignals({end, live: display.live, reload: async () => reload(watch, load)})
  try {
    await run.start(loaded.check)
    alerts.start()
    if (lasts !== null) clock.after(lasts, () => end('time'))
    const why = await ended
    const isDown = outputs.anyDown()
    alerts.stop()
    // First: what the end itself makes of targets and groups is no news.
    await notifier.close()
    await run.stop()
    outputs.end()
    return exitOf(why, isDown)
  } finally {
    forget()
    await run.close()
    await outputs.close()
  }
}

/** What a watch takes from its documents. */
interface LoadedMonitor {
  readonly check: LoadedCheck
  readonly alerts: AlertPlan
}

async function loadDocuments({files, only, tags}: MonitorFlags, ports: Ports): Promise<LoadedMonitor> {
  const env = (name: string): string | undefined => ports.host.env(name)
  const read = async (path: string): Promise<string | null> => ports.files.readText(path)
  const check = await loadCheck(await readSources(files, ports), {env, read, only, tags, keepsPeers: true})
  const alerts = await readAlerts(check.alerts, {metrics: METRICS, targets: check.targetNames})
  return {check, alerts}
}

interface Watch {
  readonly run: MonitorRun
  readonly outputs: MonitorOutputs
  readonly alerts: MonitorAlerts
  readonly notifier: Notifier
}

/** A document with mistakes changes nothing: what is watched goes on being watched. */
async function reload(
  {run, outputs, alerts, notifier}: Watch,
  load: () => Promise<LoadedMonitor>,
): Promise<void> {
  try {
    const loaded = await load()
    await run.update(loaded.check)
    alerts.update(loaded.alerts)
    await notifier.update(loaded.check.receivers)
  } catch (error) {
    if (!isUserError(error)) throw error
    for (const {message, position} of error.problems) {
      const place = position ? `${position.file}:${position.line}:${position.column}: ` : ''
      outputs.notice('error', `not read again: ${place}${message}`)
    }
  }
}

interface SignalHandlers {
  readonly end: (why: Ending) => void
  /** A terminal that is closed sends SIGHUP too: there it ends the watch. */
  readonly live: boolean
  readonly reload: () => Promise<void>
}

function listenToSignals({end, live, reload: again}: SignalHandlers): () => void {
  let seen = false
  const onEnd = (signal: EndingSignal): void => {
    if (seen) endProcess(exitOf(signal, false))
    seen = true
    end(signal)
  }
  if (live) return onEndingSignal(onEnd)
  const forgetEnd = onEndingSignal(onEnd, ['SIGINT', 'SIGTERM'])
  // One after the other: two documents at once would be neither.
  let work = Promise.resolve()
  const forgetReload = onReloadSignal(() => {
    work = work.then(again)
  })
  return () => {
    forgetEnd()
    forgetReload()
  }
}

/** Signals as everywhere; otherwise whether everything was up when the watch ended. */
function exitOf(why: Ending, isDown: boolean): number {
  if (why !== 'time' && why !== 'quit') return exitCodeOfSignal(why)
  return isDown ? EXIT.fail : EXIT.pass
}
