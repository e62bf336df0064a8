/** A path of an `active-backup` group and how well it works. */
import type {PathGroupSpec} from '../../core/group-spec.ts'
import {formatDuration} from '../../core/units.ts'
import {type PathHealth, WINDOW} from './path-health.ts'

export interface Path {
  readonly name: string
  readonly target: string
  readonly health: PathHealth
}

/** Beyond a limit of the group, over the last ten samples. */
export function isPoor({failover}: PathGroupSpec, {health}: Path): boolean {
  if (!failover.onQuality) return false
  return (health.loss ?? 0) > failover.maxLoss || (health.median ?? 0) > failover.maxRtt
}

/** In words, with its figures. */
export function poorReason({name, health}: Path): string {
  const loss = `${Math.round((health.loss ?? 0) * 100)}%`
  const median = health.median === null ? 'unknown' : formatDuration(health.median)
  return `${name} works badly: loss ${loss}, median rtt ${median} of the last ${WINDOW} samples`
}
