/** One pass through the timeline: baseline, the faults on time, and the wait for recovery. */
import type {Millis} from '../core/units.ts'
import type {EndedFault} from './drill-faults.ts'
import {judgeConditions} from './judge.ts'
import type {DrillContext} from './runner.ts'
import type {TargetSeries} from './series.ts'
import {firstInjection, planTimeline} from './timeline.ts'
import type {FaultWindow, Round} from './windows.ts'

/** How often stop conditions and control targets are looked at. */
const WATCH_EVERY: Millis = 250
/** Stop conditions look at the samples of this long. */
const ABORT_WINDOW: Millis = 5000
/** So many good samples in a row mean that a target is back. */
const STABLE_SAMPLES = 5
/** Samples that were answered before a removal arrive within this: agents report at once. */
const REPORTING_DELAY: Millis = 100
/** So many failures of a control target in a row mean that the fault hits more than it should. */
const BREACH_FAILURES = 3

/** Runs one round; returns early on abort, with the windows of what was in force until then. */
export async function runRound(context: DrillContext, index: number): Promise<Round> {
  const {spec, emit, elapsed, faults, ports, signal} = context
  // Repetitions must not fall into step with the probes: shift each by a random part of the longest interval.
  const interval = Math.max(...spec.targets.map((target) => target.interval))
  if (index > 0) await pause(context, elapsed() + ports.random.fork(`round-${index}`).next() * interval)
  const start = elapsed()
  const first = firstInjection(spec.timeline)
  faults.announce(start, index)
  emit({type: 'phase-started', phase: 'baseline', ends: start + first})
  await pause(context, start + first)
  const baselineEnd = elapsed()
  const windows: FaultWindow[] = []
  const round = (end: Millis): Round => ({start, baselineEnd, faults: windows, end})
  if (signal.aborted || !isSteady(context, round(baselineEnd))) return round(elapsed())
  for (const action of planTimeline(spec.timeline)) {
    await pause(context, start + action.at)
    if (signal.aborted || faults.broken) return round(elapsed())
    const item = spec.timeline[action.entry]
    if (action.type === 'inject' && item) {
      emit({type: 'phase-started', phase: 'inject', ends: null})
      await faults.inject(action.entry, index, start + item.at + item.lasts)
      emit({type: 'phase-started', phase: 'observe', ends: start + item.at + item.lasts})
    } else {
      const ended = await faults.remove(action.entry, index)
      if (ended) windows.push(await proveEnded(context, ended, round(elapsed())))
    }
  }
  emit({type: 'phase-started', phase: 'recover', ends: elapsed() + spec.settle})
  await waitForRecovery(context)
  return round(elapsed())
}

async function proveEnded(context: DrillContext, ended: EndedFault, round: Round): Promise<FaultWindow> {
  await pause(context, context.elapsed() + REPORTING_DELAY)
  ended.prove(context.series.all(), {from: round.start, to: round.baselineEnd})
  return ended.window
}

/** Without a steady baseline nothing that follows could be judged, so nothing is broken. */
function isSteady({spec, series, emit}: DrillContext, round: Round): boolean {
  const unmet = judgeConditions(spec.steady, {series: series.all(), rounds: [round]}).filter(
    (one) => one.met !== true,
  )
  for (const {text, actual} of unmet) {
    emit({
      type: 'notice',
      level: 'error',
      code: 'DRILL_BASELINE',
      text: `not steady before the fault: ${text} (${actual})`,
    })
  }
  return unmet.length === 0
}

/** Waits until `due` on the run's clock while stop conditions and controls are watched; returns at once on abort. */
async function pause(context: DrillContext, due: Millis): Promise<void> {
  const {ports, elapsed, signal} = context
  while (!signal.aborted) {
    const left = due - elapsed()
    if (left <= 0) return
    try {
      await ports.clock.sleep(Math.min(left, WATCH_EVERY), signal)
    } catch {
      return
    }
    checkStopConditions(context)
  }
}

function checkStopConditions(context: DrillContext): void {
  const {spec, series, elapsed, abort, faults} = context
  const now = elapsed()
  const span: Round = {start: now - ABORT_WINDOW, baselineEnd: now, faults: [], end: now}
  const met = judgeConditions(spec.abortWhen, {series: series.all(), rounds: [span]}).find(
    (one) => one.met === true,
  )
  if (met) abort(`stop condition met: ${met.text} (${met.actual})`)
  if (faults.inForce === 0) return
  for (const one of series.all().values()) {
    if (one.info.role === 'control' && isBreached(one)) {
      abort(`blast radius breached: control target ${one.info.name} fails although no fault should touch it`)
    }
  }
}

function isBreached({points}: TargetSeries): boolean {
  const last = points.slice(-BREACH_FAILURES)
  return last.length === BREACH_FAILURES && last.every((point) => !point.ok)
}

async function waitForRecovery(context: DrillContext): Promise<void> {
  const {spec, elapsed, series, signal} = context
  const begun = elapsed()
  const end = begun + spec.settle
  while (!signal.aborted && elapsed() < end) {
    await pause(context, Math.min(end, elapsed() + WATCH_EVERY))
    if ([...series.all().values()].every((one) => isBack(one, begun))) return
  }
}

/** Five good samples in a row since the last fault ended, and the connection is up; of a group that its preferred path is. */
function isBack({points, states, group}: TargetSeries, since: Millis): boolean {
  if (group) return states.at(-1)?.to === 'connected'
  const recent = points.filter((point) => point.sentAt >= since).slice(-STABLE_SAMPLES)
  const state = states.at(-1)?.to
  return (
    recent.length === STABLE_SAMPLES &&
    recent.every((point) => point.ok) &&
    (state === undefined || state === 'connected')
  )
}
