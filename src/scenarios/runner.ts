/** Runs a drill: lab → baseline → inject → observe → recover → clean up → verdict. Everything it learns is an event. */
import {FollowGroups} from '../connections/groups/follow-groups.ts'
import type {GroupStep} from '../connections/groups/group.ts'
import {Steering, carriedSpecs} from '../connections/relay/steer.ts'
import {isUserError} from '../core/errors.ts'
import type {EmitEvent, RunEvent, RunInfo} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {FaultEngine} from '../faults/fault.ts'
import type {Lab, OpenLabOptions} from '../lab/lab.ts'
import {alertFigures} from './alert-figures.ts'
import {judgeBudgets} from './budgets.ts'
import type {DrillSpec} from './drill-spec.ts'
import {type DrillEvidence, judgeConditions, judgeDrill} from './judge.ts'
import {describeTarget, watchSpec} from './describe-target.ts'
import {DrillFaults} from './drill-faults.ts'
import {type DrillAlerts, type DrillNotifier, Onlookers} from './onlookers.ts'
import {webhookFigures} from './webhook-figures.ts'
import {peerFigures} from './peer-figures.ts'
import {runRound} from './round.ts'
import {pickScopes, resolveScopeHosts} from './scope-hosts.ts'
import {SeriesCollector, type TargetSeries} from './series.ts'
import {targetFigures} from './figures.ts'
import {groupFigures} from './group-figures.ts'
import type {Round} from './windows.ts'
import type {ExitCode, Verdict} from '../core/exit-codes.ts'

export interface DrillRun {
  readonly spec: DrillSpec
  readonly ports: Ports
  readonly engine: FaultEngine
  readonly openLab: (options: OpenLabOptions) => Promise<Lab>
  /** The rules of the document; absent for none. */
  readonly openAlerts?: (publish: EmitEvent) => DrillAlerts
  /** Whom the document tells about incidents, by way of the lab; absent for nobody. */
  readonly openNotifier?: (lab: Lab, publish: EmitEvent) => Promise<DrillNotifier>
  /** Start of the run on the monotonic clock: what every event's `at` counts from. */
  readonly origin: Millis
  readonly info: Omit<RunInfo, 'started' | 'seed' | 'backends'>
  readonly emit: EmitEvent
  /** Ends the drill in an orderly way; its reason says why. */
  readonly signal: AbortSignal
}

export interface DrillResult {
  readonly verdict: Verdict
  readonly exit: ExitCode
  readonly reasons: readonly string[]
}

/** What the parts of a running drill share. */
export interface DrillContext {
  readonly spec: DrillSpec
  /** What begins the groups' stories. */
  readonly followed: readonly GroupStep[]
  readonly ports: Ports
  readonly lab: Lab
  readonly faults: DrillFaults
  readonly series: SeriesCollector
  readonly emit: (event: Unstamped) => void
  /** Of an event that has its time. */
  readonly publish: EmitEvent
  readonly onlookers: Onlookers
  /** Time since the start of the run. */
  readonly elapsed: () => Millis
  readonly signal: AbortSignal
  /** Ends the drill from inside. */
  readonly abort: (because: string) => void
}

type WithoutStamp<E> = E extends RunEvent ? Omit<E, 'at'> : never
/** An event before it gets its time. */
export type Unstamped = WithoutStamp<RunEvent>

/**
 * Runs the drill to its verdict. Throws `UserError` when it can't even begin (exit 2, 6 or 7); from the first fault on
 * every ending undoes all faults and takes the lab down.
 */
export async function runDrill(run: DrillRun): Promise<DrillResult> {
  const {ports, origin} = run
  const elapsed = (): Millis => ports.clock.now() - origin
  const inner = new AbortController()
  const signal = AbortSignal.any([run.signal, inner.signal])
  const series = new SeriesCollector()
  const groups = new FollowGroups()
  const publish = (event: RunEvent): void => {
    for (const one of [event, ...groups.add(event)]) {
      series.add(one)
      run.emit(one)
      onlookers.see(one)
    }
  }
  const onlookers = new Onlookers(run.openAlerts?.(publish) ?? null)
  const emit = (event: Unstamped): void => publish({...event, at: elapsed()} as RunEvent)
  let aborted: string | null = null
  const abort = (because: string): void => {
    if (aborted !== null) return
    aborted = because
    emit({type: 'abort-requested', because})
    inner.abort(new Error(because))
  }
  const onAbort = (): void => abort(reasonOf(run.signal))
  run.signal.addEventListener('abort', onAbort, {once: true})

  emit({
    type: 'run-started',
    run: {
      ...run.info,
      seed: ports.random.seed,
      started: new Date(ports.clock.wall()).toISOString(),
      backends: [],
    },
  })
  emit({type: 'phase-started', phase: 'setup', ends: null})
  const lab = await run.openLab({
    origin,
    seed: ports.random.seed,
    signal,
    onLoss: (what) => abort(`${what} ended by itself`),
  })
  try {
    const steering = new Steering(run.spec.groups ?? [], (order) => lab.steer?.(order))
    onlookers.join(steering, (await run.openNotifier?.(lab, publish)) ?? null)
    const spec = await resolveScopeHosts(pickScopes(run.spec, ports.random), ports.resolver)
    for (const note of lab.notes) emit({type: 'notice', level: 'info', code: null, text: note})
    const faults = await DrillFaults.plan({spec, lab, engine: run.engine, emit, elapsed})
    const followed = groups.replace(spec.groups ?? [], (name) => intervalOf(spec, name))
    const shared = {ports, lab, faults, series, emit, publish, onlookers, elapsed, signal, abort}
    const context: DrillContext = {followed, spec, ...shared}
    const rounds = await runRounds(context)
    return finish(context, rounds, aborted)
  } finally {
    run.signal.removeEventListener('abort', onAbort)
    await lab.down()
  }
}

async function runRounds(context: DrillContext): Promise<readonly Round[]> {
  const {spec, lab, faults, signal, onlookers} = context
  const rounds: Round[] = []
  try {
    announce(context)
    onlookers.start()
    if (!signal.aborted) await watch(context)
    for (let index = 0; index < spec.repeat && !signal.aborted && !faults.broken; index++) {
      const round = await runRound(context, index)
      rounds.push(round)
      // An unsteady baseline: another round would break things just as blindly.
      if (round.faults.length === 0) break
    }
  } catch (error) {
    if (isUserError(error) || !signal.aborted) throw error
  } finally {
    onlookers.stop()
    context.emit({type: 'phase-started', phase: 'cleanup', ends: null})
    await faults.removeAll(signal.aborted ? 'abort' : 'ended')
    await onlookers.close()
    await lab.unwatch()
  }
  return rounds
}

async function watch({spec, lab, publish}: DrillContext): Promise<void> {
  const {from, targets, groups = [], peers = []} = spec
  const specs = targets.map((target) => watchSpec(target, lab))
  await lab.watch(from ?? 'host', specs, publish, carriedSpecs(groups))
  const nodes = Map.groupBy(peers, ({node}) => node)
  for (const [node, kept] of nodes)
    await lab.keepPeers?.(
      node,
      kept.map((one) => one.spec),
      publish,
    )
}

function finish(context: DrillContext, rounds: readonly Round[], aborted: string | null): DrillResult {
  const {spec, series, faults, emit} = context
  const all = [...series.all().values()]
  const figures = all.flatMap((one) => figuresOf(one, rounds))
  emit({type: 'figures', figures})
  const expectations = aborted === null ? judgeConditions(spec.expect, {series: series.all(), rounds}) : []
  for (const {text, met, actual} of expectations) emit({type: 'expectation', text, met, actual})
  const budgets = aborted === null ? judgeBudgets(spec.budgets ?? [], {series: series.all(), rounds}) : []
  for (const {coarsest: _, ...use} of budgets) emit({type: 'budget', ...use})
  const result = judgeDrill({
    budgets,
    steady: rounds.length > 0 ? judgeConditions(spec.steady, {series: series.all(), rounds}) : [],
    expectations,
    targets: [...spec.targets, ...all.flatMap(sampledGroup)],
    faults: faults.summary(),
    aborted,
    probes: countProbes(all),
  })
  emit({type: 'verdict', ...result})
  return result
}

function countProbes(all: readonly TargetSeries[]): {readonly sent: number; readonly missed: number} {
  const own = all.filter((series) => !series.group)
  const sum = (of: (series: TargetSeries) => number): number =>
    own.reduce((total, series) => total + of(series), 0)
  return {sent: sum(({points}) => points.length), missed: sum(({missed}) => missed)}
}

function figuresOf(series: TargetSeries, rounds: readonly Round[]): readonly Figure[] {
  if (series.alert) return alertFigures(series, rounds)
  if (series.webhook) return webhookFigures(series.info.name, series.webhook, rounds)
  if (series.peer) return peerFigures(series.info.name, series.peer, rounds)
  if (series.info.role !== 'target') return []
  return series.group ? groupFigures(series, rounds) : targetFigures(series, rounds)
}

function sampledGroup({group}: TargetSeries): DrillEvidence['targets'] {
  return group ? [{name: group.info.name, interval: group.info.interval, group: true}] : []
}

function announce({spec, lab, followed, emit}: DrillContext): void {
  for (const target of spec.targets) emit({type: 'target-added', target: describeTarget(target, lab)})
  for (const [name, {kind}] of Object.entries(spec.lab?.servers ?? spec.ownServers ?? {}))
    if (kind === 'webhook')
      emit({type: 'webhook-added', webhook: name, url: lab.resolve(`http://{${name}}/`)})
  for (const event of followed) emit(event)
}

function intervalOf({targets}: DrillSpec, name: string): Millis {
  return targets.find((target) => target.name === name)?.interval ?? 0
}

function reasonOf(signal: AbortSignal): string {
  const reason: unknown = signal.reason
  return reason instanceof Error ? reason.message : 'interrupted'
}
