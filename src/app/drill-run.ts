/** One drill from the command line to the exit code: journal, display, signals, clean end. */
import type {RunEvent} from '../core/events.ts'
import type {WebhookRequest} from '../core/webhook-port.ts'
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import type {Ports} from '../core/ports.ts'
import type {AlertPlan} from '../policies/alerts/rule.ts'
import {refuseWhenHalted} from '../faults/halt.ts'
import {openLab} from '../lab/open-lab.ts'
import type {DrillSpec} from '../scenarios/drill-spec.ts'
import {openJournal} from '../scenarios/journal/writer.ts'
import {type DrillRun, runDrill} from '../scenarios/runner.ts'
import {packageVersion} from '../system/package-root.ts'
import {endProcess, onEndingSignal} from '../system/signals.ts'
import {renderProblem} from '../reporters/problem.ts'
import {systemWebhooks} from '../system/webhooks.ts'
import {systemTerminal} from '../system/terminal.ts'
import {type DisplayKind, openDisplay} from './drill-display.ts'
import {labFor} from './drill-lab.ts'
import {type DrillJob, type DrillReportFiles, openDrillJob} from './drill-job.ts'
import {MonitorAlerts, type MonitorAlertsWorld} from './monitor-alerts.ts'
import {type MonitorNotifyWorld, openNotifier} from './monitor-notify.ts'
import {markMaker} from './marks.ts'
import {openEngineFor} from './open-fault-engine.ts'
import {watchHalt} from './watch-halt.ts'

export interface DrillRunRequest {
  readonly spec: DrillSpec
  /** The drill as the user named it, so that the run can be repeated. */
  readonly typed: string
  readonly display: DisplayKind
  readonly color: boolean
  readonly quiet: boolean
  /** Where journals go; the state folder by default. */
  readonly journalFolder: string | null
  /** Written when the drill is over. */
  readonly reports: DrillReportFiles
}

/** Runs the drill and shows it; returns how the process should end. Throws `UserError` when it can't begin. */
export async function runDrillSession(request: DrillRunRequest, ports: Ports): Promise<ExitCode> {
  const {spec} = request
  await refuseWhenHalted(ports)
  const id = runName(spec.name, ports)
  const folder = request.journalFolder ?? `${ports.host.stateFolder}/journals`
  const journal = await openJournal(ports.files, folder, id)
  const stop = new AbortController()
  const onAbort = (urgency: 'orderly' | 'immediate', because: string): void => {
    if (!stop.signal.aborted) stop.abort(new Error(because))
    // A person who asks twice does not want to wait: what is not undone within a second is the guard's.
    if (urgency === 'immediate') ports.clock.after(1000, () => endProcess(EXIT.aborted))
  }
  const origin = ports.clock.now()
  const elapsed = (): number => ports.clock.now() - origin
  const mark = markMaker(elapsed)
  const display = await openDisplay(request, {
    now: elapsed,
    after: (wait, callback) => ports.clock.after(wait, callback),
    onAbort,
    onMark: () => publish(mark()),
  })
  let interrupts = 0
  const forget = onEndingSignal((signal) => {
    interrupts += 1
    onAbort(interrupts > 1 ? 'immediate' : 'orderly', `${signal} received`)
  })
  const forgetHalt = watchHalt(ports, (because) => onAbort('orderly', because))
  const job = openDrillJob(spec, request.reports, ports.host)
  const publish = (event: RunEvent): void => {
    journal.write(event)
    job.see(event)
    display.show(event)
  }
  const onTrouble = (because: string): void => onAbort('orderly', because)
  const engine = await openEngineFor(Object.values(spec.faults), {run: id, onTrouble}, ports)
  try {
    const result = await runDrill({
      spec,
      ports,
      engine,
      ...(spec.alerts && {openAlerts: alertsOf(spec.alerts, {clock: ports.clock, now: elapsed})}),
      ...(spec.notify?.length && {openNotifier: notifierOf(spec, {run: id, ports, now: elapsed})}),
      openLab: async (options) => openLab(await labFor(spec, ports), ports, options),
      origin,
      info: describeRun(id, request, ports),
      emit: publish,
      signal: stop.signal,
    })
    publish({at: elapsed(), type: 'run-ended', journal: journal.path})
    return result.exit
  } finally {
    await engine.close()
    await journal.close()
    await display.close()
    await tellJob(job, request.display)
    forgetHalt()
    forget()
  }
}

function alertsOf(
  plan: AlertPlan,
  world: Pick<MonitorAlertsWorld, 'clock' | 'now'>,
): NonNullable<DrillRun['openAlerts']> {
  return (publish) => new MonitorAlerts(plan, {...world, publish})
}

/** Messages are posted from where the drill probes, since nobody else gets at the servers of its lab. */
function notifierOf(
  {notify = [], from}: DrillSpec,
  world: Pick<MonitorNotifyWorld, 'run' | 'ports' | 'now'>,
): NonNullable<DrillRun['openNotifier']> {
  return async (lab, publish) => {
    const webhooks = {
      post: async (request: WebhookRequest) =>
        lab.post?.(from ?? 'host', request, LONGEST_POST) ?? systemWebhooks.post(request),
    }
    const resolved = notify.map((spec) => {
      const {way} = spec
      return way.kind === 'webhook' ? {...spec, way: {...way, url: lab.resolve(way.url)}} : spec
    })
    return openNotifier(resolved, {...world, publish, webhooks})
  }
}

/** Longer than anybody waits for an answer: the policy of the receiver gives up before. */
const LONGEST_POST = 60_000

/** Annotations there are in a GitHub job only. */
async function tellJob(job: DrillJob, display: DisplayKind): Promise<void> {
  const {problems, annotations} = await job.finish()
  const {stdout, stderr} = systemTerminal({color: false})
  // Where stdout is one document, they go to stderr, which GitHub reads as well.
  const out = display === 'json' || display === 'jsonl' ? stderr : stdout
  if (annotations !== '') out.write(annotations)
  for (const problem of problems) stderr.write(`${renderProblem(problem)}\n`)
}

function describeRun(
  id: string,
  request: DrillRunRequest,
  ports: Ports,
): Parameters<typeof runDrill>[0]['info'] {
  const {kernel, node, arch} = ports.host.platform
  return {
    id,
    command: `drill run ${request.typed}`,
    title: request.spec.title,
    version: packageVersion(),
    platform: `Linux ${kernel} ${arch}, Node ${node}`,
  }
}

/** Sorts by time; unique even when two runs start in the same second. */
function runName(name: string, ports: Ports): string {
  const stamp = new Date(ports.clock.wall()).toISOString().replace(/[-:]/g, '').replace(/\..*/, 'Z')
  return `${stamp}-${name.replace(/[^a-zA-Z0-9]+/g, '-')}-${ports.host.pid}`
}
