/** Waiting in a drill, with an eye on the conditions and control targets that stop it. */
import type {Millis} from '../core/units.ts'
import {judgeConditions} from './judge.ts'
import type {DrillContext} from './runner.ts'
import type {TargetSeries} from './series.ts'
import type {Round} from './windows.ts'

/** How often stop conditions and control targets are looked at. */
export const WATCH_EVERY: Millis = 250
/** Conditions that are looked at while the drill runs see the samples of this long. */
export const RECENT: Millis = 5000
/** So many failures of a control target in a row mean that the fault hits more than it should. */
const BREACH_FAILURES = 3

/** Waits until `due` on the run's clock while stop conditions and controls are watched; returns at once on abort. */
export async function pause(context: DrillContext, due: Millis): Promise<void> {
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

/** The samples since a time, as a part of a drill that conditions can look at. */
export function lookBack(since: Millis, now: Millis): Round {
  return {start: since, baselineEnd: now, faults: [], end: now}
}

function checkStopConditions(context: DrillContext): void {
  const {spec, series, elapsed, abort, faults} = context
  const now = elapsed()
  const span = lookBack(now - RECENT, now)
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
