/** The samples of a group are those of its paths. */
import type {GroupSeries, Point} from './series.ts'

/**
 * What a sample says about a group: that of the path in use speaks for it. While none is in use the group is down, however
 * well the path that it left last may answer again.
 */
export function pointOfGroup({info, switches}: GroupSeries, target: string, point: Point): Point | null {
  if (info.mode === 'quorum') return null
  const before = switches.filter(({at}) => at <= point.sentAt)
  const used = before.at(-1)?.to ?? null
  const path = used ?? before.findLast(({to}) => to !== null)?.to
  if (!info.members.some((member) => member.name === path && member.target === target)) return null
  return used === null ? {...point, ok: false, rtt: null} : point
}

/** The last samples of the path that was left end after the first ones of the next. */
export function insertBySending(points: Point[], point: Point): void {
  let index = points.length
  while (index > 0 && (points[index - 1]?.sentAt ?? 0) > point.sentAt) index--
  points.splice(index, 0, point)
}
