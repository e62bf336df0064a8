/** The routes of a node: those that follow from the routers, and those of the document. Pure. */
import {addressFamily} from '../core/address.ts'
import type {NodeSettings} from './lab.ts'
import {type Way, findWays} from './find-way.ts'
import {type PlannedEnd, type Topology, endsOf} from './topology.ts'

type Settings = Readonly<Record<string, NodeSettings>>

/**
 * Lines for `ip -batch`: one route to every subnet that lies behind a router, by the way with the fewest hops. Nodes
 * without a way to a subnet get no route to it. Those of the document come last and replace what was worked out.
 */
export function planRoutes(node: string, topology: Topology, settings: Settings): readonly string[] {
  const isRouter = (name: string): boolean => settings[name]?.router ?? false
  const ways = findWays(node, topology, isRouter)
  const routes = new Map<string, string>()
  for (const {ends, subnets} of topology.segments) {
    if (ends.some((end) => end.node === node)) continue
    const gates = ends.filter((end) => isRouter(end.node))
    const next = shortest(gates.map((end) => ways.get(end.node)))?.[0]?.in
    for (const {network, family} of subnets) {
      const via = family === 4 ? next?.address : next?.address6
      if (via) routes.set(network, via)
    }
  }
  for (const [to, via] of ownRoutes(node, topology, settings)) routes.set(to, via)
  return [...routes].map(([to, via]) => `route replace ${to} via ${via}`)
}

/** Those of the document. */
function ownRoutes(
  node: string,
  topology: Topology,
  settings: Settings,
): readonly (readonly [string, string])[] {
  return (settings[node]?.routes ?? []).flatMap(({to, via}) => {
    const hop = gateway(node, via, topology, to)
    return hop === null ? [] : [[to, hop] as const]
  })
}

function shortest(ways: readonly (Way | undefined)[]): Way | undefined {
  return ways.reduce((best, way) => (way && (!best || way.length < best.length) ? way : best), undefined)
}

/** An address as it is; a node by its address on the first link that both are on. */
function gateway(node: string, via: string, topology: Topology, to: string): string | null {
  if (addressFamily(via) !== null) return via
  const near = neighbour(node, via, topology)
  if (!near) return null
  return to.includes(':') ? near.address6 : near.address
}

/** Where a node is reached on a segment that both are on. */
export function neighbour(node: string, other: string, topology: Topology): PlannedEnd | null {
  const mine = new Set(endsOf(node, topology))
  const segment = topology.segments.find(
    ({ends}) => ends.some((end) => mine.has(end)) && ends.some((end) => end.node === other),
  )
  return segment?.ends.find((end) => end.node === other) ?? null
}
