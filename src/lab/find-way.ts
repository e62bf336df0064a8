/** Which way packets take through the routers of a lab. Pure. */
import type {PlannedEnd, Segment, Topology} from './topology.ts'

/** One segment of a way: where it is entered, and where the next node is reached. */
export interface Hop {
  readonly segment: Segment
  readonly out: PlannedEnd
  readonly in: PlannedEnd
}
export type Way = readonly Hop[]

/**
 * The ways with the fewest hops from a node to every other that packets can reach through routers; of two equally
 * short ones, that over the segment which stands first in the document.
 */
export function findWays(
  from: string,
  topology: Topology,
  isRouter: (node: string) => boolean,
): ReadonlyMap<string, Way> {
  const ways = new Map<string, Way>([[from, []]])
  const queue = [from]
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    if (node !== from && !isRouter(node)) continue
    const way = ways.get(node) ?? []
    for (const hop of hopsFrom(node, topology)) {
      if (ways.has(hop.in.node)) continue
      ways.set(hop.in.node, [...way, hop])
      queue.push(hop.in.node)
    }
  }
  return ways
}

function hopsFrom(node: string, {segments}: Topology): readonly Hop[] {
  return segments.flatMap((segment) => {
    const out = segment.ends.find((end) => end.node === node)
    if (!out) return []
    return segment.ends.filter((end) => end !== out).map((end) => ({segment, out, in: end}))
  })
}
