/** When the wait after the last fault is over: every target and every group is as it should be. */
import type {GroupSpec} from '../core/group-spec.ts'
import {isFiring} from './alert-figures.ts'
import {isPeerSettled} from './peer-figures.ts'
import type {Millis} from '../core/units.ts'
import {isHeard} from './webhook-figures.ts'
import type {DrillContext} from './runner.ts'
import type {Point, SeriesByTarget, TargetSeries} from './series.ts'
import {WATCH_EVERY, pause} from './watchful-pause.ts'

/** So many good samples in a row mean that a target is back. */
const STABLE_SAMPLES = 5

/** Waits until all are back, `settle` at most. */
export async function waitForRecovery(context: DrillContext): Promise<void> {
  const {spec, elapsed, series, signal} = context
  const begun = elapsed()
  const end = begun + spec.settle
  while (!signal.aborted && elapsed() < end) {
    await pause(context, Math.min(end, elapsed() + WATCH_EVERY))
    const all = series.all()
    const isQuiet = [...all.values()].every(({webhook}) => !webhook || isHeard(webhook, elapsed()))
    if (isQuiet && areBack(all, spec.groups ?? [], begun)) return
  }
}

/** Since that time. */
export function areBack(all: SeriesByTarget, groups: readonly GroupSpec[], since: Millis): boolean {
  return [...all.values()].every((one) => {
    if (one.alert) return !isFiring(one.alert)
    if (one.webhook) return true
    if (one.peer) return isPeerSettled(one.peer)
    if (!one.group) return isBack(one, since)
    return isGroupBack(one, groups.find(({name}) => name === one.info.name) ?? null, since)
  })
}

function isBack({points, states}: TargetSeries, since: Millis): boolean {
  const state = states.at(-1)?.to
  return isStable(points, since) && (state === undefined || state === 'connected')
}

/** On its preferred path; where it is never to go back there, on any path that works. */
function isGroupBack({points, states}: TargetSeries, spec: GroupSpec | null, since: Millis): boolean {
  const state = states.at(-1)?.to
  if (state === 'connected') return true
  const stays = spec !== null && spec.mode !== 'quorum' && spec.failback.policy === 'never'
  return stays && state === 'degraded' && isStable(points, since)
}

function isStable(points: readonly Point[], since: Millis): boolean {
  const recent = points.filter((point) => point.sentAt >= since).slice(-STABLE_SAMPLES)
  return recent.length === STABLE_SAMPLES && recent.every((point) => point.ok)
}
