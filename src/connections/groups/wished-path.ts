/** Where a group should go now; pure. */
import type {SwitchKind} from '../../core/group-events.ts'
import type {PathGroupSpec} from '../../core/group-spec.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {type Path, isPoor, poorReason} from './path.ts'

export interface Wish {
  /** Null with another kind than `all-down`: there is a reason to leave and nowhere better to go. */
  readonly to: Path | null
  readonly kind: SwitchKind
  readonly because: string
}

/** Well again below these shares of the limits: between the two nothing changes, so that a group doesn't flicker. */
const GOOD_RTT = 0.8
const GOOD_LOSS = 0.5

/** Null: everything is as it should be. */
export function wishedPath(
  spec: PathGroupSpec,
  paths: readonly Path[],
  active: Path | null,
  at: Millis,
): Wish | null {
  if (active === null) return firstPath(paths)
  if (active.health.isDown) return leaveDead(paths, active)
  const carrying = leaveBlocked(paths, active)
  if (carrying) return carrying
  const rank = paths.indexOf(active)
  const better = paths.slice(0, rank).find((path) => path.health.isReady)
  if (isPoor(spec, active)) return leavePoor(spec, paths, active)
  if (better === undefined) return null
  return comeBack(spec, {preferred: better, active, at})
}

function firstPath(paths: readonly Path[]): Wish | null {
  const to = paths.find(({health}) => health.isReady)
  return to ? {to, kind: 'start', because: `${to.name} answers`} : null
}

function leaveDead(paths: readonly Path[], active: Path): Wish {
  const to = paths.find(({health}) => health.isReady) ?? null
  const because = `${active.name} is down: ${active.health.because}`
  if (to !== null) return {to, kind: 'down', because}
  // One that is only suspected to fail is better than one that is known to.
  const unsure = paths.find(({health}) => health.isUp) ?? null
  return {to: unsure, kind: unsure === null ? 'all-down' : 'down', because}
}

/** Samples get through, but the stream doesn't: only worth leaving for a path of which that isn't known. */
function leaveBlocked(paths: readonly Path[], active: Path): Wish | null {
  const {blocked} = active.health
  if (blocked === null) return null
  const to = paths.find((path) => path !== active && path.health.isReady && path.health.blocked === null)
  return to ? {to, kind: 'down', because: `${active.name} does not carry the stream: ${blocked}`} : null
}

/** A slow path isn't left for a slower one: candidates are compared first. */
function leavePoor(spec: PathGroupSpec, paths: readonly Path[], active: Path): Wish {
  const because = poorReason(active)
  const to = paths.find((path) => path !== active && isWell(spec, path) && isBetter(path, active))
  if (to) return {to, kind: 'quality', because}
  return {to: null, kind: 'quality', because: `${because}; no other path is better`}
}

function isWell({failover}: PathGroupSpec, {health}: Path): boolean {
  const {loss, median, isReady, flapping} = health
  if (!isReady || flapping || loss === null || median === null) return false
  return loss <= failover.maxLoss * GOOD_LOSS && median <= failover.maxRtt * GOOD_RTT
}

function isBetter({health: one}: Path, {health: other}: Path): boolean {
  const [loss, otherLoss] = [one.loss ?? 1, other.loss ?? 1]
  if (loss !== otherLoss) return loss < otherLoss
  return (one.median ?? Number.POSITIVE_INFINITY) < (other.median ?? Number.POSITIVE_INFINITY)
}

interface Comeback {
  readonly preferred: Path
  readonly active: Path
  readonly at: Millis
}

function comeBack(spec: PathGroupSpec, comeback: Comeback): Wish | null {
  const {policy} = spec.failback
  const {preferred: to} = comeback
  const {health} = to
  // It has never been lost: the group began with whichever answered first.
  if (!health.everDown && !health.left) return {to, kind: 'start', because: `${to.name} answers`}
  if (policy === 'never' || health.flapping || health.state !== 'connected' || isPoor(spec, to)) return null
  if (policy === 'immediate') return {to, kind: 'failback', because: `${to.name} answers again`}
  return whenStable(spec, comeback)
}

function whenStable(spec: PathGroupSpec, {preferred: to, active, at}: Comeback): Wish | null {
  const {policy, holdDown, minImprovement} = spec.failback
  const good = at - (to.health.goodSince ?? at)
  if (good < holdDown) return null
  const because = `${to.name} has been good for ${formatDuration(good)}`
  if (policy === 'after_stable') return {to, kind: 'failback', because}
  const [mine, other] = [to.health.median, active.health.median]
  if (mine === null || other === null || mine > other * (1 - minImprovement)) return null
  const faster = `${formatDuration(mine)} rather than ${formatDuration(other)}`
  return {to, kind: 'better', because: `${because} and is faster: ${faster}`}
}
