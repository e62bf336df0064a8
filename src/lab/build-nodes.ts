import {isUserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {HOST, type Place} from '../core/place.ts'
import type {Ports, SpawnOptions} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {AgentSession, type SessionOptions} from './agent-session.ts'

/** A running node. */
export interface Node {
  readonly session: AgentSession
  readonly place: Place
}
export type Nodes = ReadonlyMap<string, Node>

/** What the agent of a node has to do before anything else. */
export type NodeStart = Pick<SessionOptions, 'forward' | 'resolver'>

export interface BuildOptions {
  readonly origin: Millis
  readonly seed: number
  readonly signal: AbortSignal
  readonly startOf: (node: string) => NodeStart
}
export type BuildPorts = Pick<Ports, 'agents' | 'clock' | 'exec' | 'files' | 'host'>

/** Starts an agent per node on the host itself. */
export async function startOnLoopback(
  names: readonly string[],
  ports: BuildPorts,
  options: BuildOptions,
): Promise<Nodes> {
  const plain = {...options, startOf: () => ({})}
  return startAll(names, async (name) => startNode(name, ports, plain))
}

/**
 * Starts an agent per node in a network namespace of its own. Nothing has a name in the file system: a namespace is
 * held by its agent alone. Where we aren't root, the first node makes a user namespace in which we are, and the
 * others join it.
 */
export async function startInNamespaces(
  names: readonly string[],
  ports: BuildPorts,
  options: BuildOptions,
): Promise<Nodes> {
  return (await startAsRoot(names, ports, options)) ?? (await startAsUser(names, ports, options))
}

export async function closeNodes(nodes: Nodes): Promise<void> {
  await Promise.all([...nodes.values()].map(async ({session}) => session.close()))
}

/** All at once. Null when we aren't root, or root in a container that may make a namespace only inside a user namespace. */
async function startAsRoot(
  names: readonly string[],
  ports: BuildPorts,
  options: BuildOptions,
): Promise<Nodes | null> {
  if (ports.host.uid !== 0) return null
  const isolated: Isolated = {base: HOST, user: false, unshare: 'network'}
  try {
    return await startAll(names, async (name) => startNode(name, ports, options, isolated))
  } catch (error) {
    if (!isUserError(error) || error.exit !== EXIT.capability) throw error
    return null
  }
}

/** The first node makes the user namespace, then the others join it. */
async function startAsUser(
  [first, ...others]: readonly string[],
  ports: BuildPorts,
  options: BuildOptions,
): Promise<Nodes> {
  if (first === undefined) return new Map()
  const leader = await startNode(first, ports, options, {
    base: HOST,
    user: true,
    unshare: 'user-and-network',
  })
  const isolated: Isolated = {base: leader.place, user: true, unshare: 'network'}
  const start = async (name: string): Promise<Node> => startNode(name, ports, options, isolated)
  return startAll(others, start, new Map([[first, leader]]))
}

interface Isolated {
  /** Whose user namespace it joins. */
  readonly base: Place
  readonly user: boolean
  readonly unshare: NonNullable<SpawnOptions['unshare']>
}

async function startNode(
  name: string,
  ports: BuildPorts,
  {origin, seed, signal, startOf}: BuildOptions,
  isolated?: Isolated,
): Promise<Node> {
  signal.throwIfAborted()
  const start = startOf(name)
  const mounts = start.resolver !== undefined
  const session = await AgentSession.open(ports, {
    name,
    place: isolated?.base ?? HOST,
    ...(isolated ? {spawn: {unshare: isolated.unshare, mounts}} : {}),
    origin,
    seed,
    ...start,
  })
  if (!isolated) return {session, place: HOST}
  const place = {kind: 'process' as const, pid: session.pid, user: isolated.user, name}
  return {session, place: mounts ? {...place, mounts} : place}
}

/** All or none: when one can't start, those that did are ended. The order of names is kept. */
async function startAll(
  names: readonly string[],
  start: (name: string) => Promise<Node>,
  before: Nodes = new Map(),
): Promise<Nodes> {
  const results = await Promise.allSettled(names.map(async (name) => [name, await start(name)] as const))
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const nodes = new Map([...before, ...started])
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return nodes
  await closeNodes(nodes)
  throw failed.reason
}
