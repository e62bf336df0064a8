import {isUserError, UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {inPlace, toolPath} from '../core/place-command.ts'
import {HOST, type Place} from '../core/place.ts'
import type {Ports, SpawnOptions} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {AgentSession} from './agent-session.ts'
import {linkCommand, nodeCommands, type PlannedLink} from './plan-lab.ts'

/** A running node. */
export interface Node {
  readonly session: AgentSession
  readonly place: Place
}
export type Nodes = ReadonlyMap<string, Node>

export interface BuildOptions {
  readonly origin: Millis
  readonly seed: number
  readonly signal: AbortSignal
}
type BuildPorts = Pick<Ports, 'agents' | 'clock' | 'exec' | 'host'>

const IP_LIMIT: Millis = 10_000

/** Starts an agent per node on the host itself. */
export async function buildOnLoopback(
  names: readonly string[],
  ports: BuildPorts,
  options: BuildOptions,
): Promise<Nodes> {
  return startAll(names, async (name) => startNode(name, ports, options))
}

/**
 * Starts an agent per node in a network namespace of its own and joins them by veth pairs. Nothing has a name in the
 * file system: a namespace is held by its agent alone, and a veth pair ends with either namespace. Where we aren't
 * root, the first node makes a user namespace in which we are, and the others join it.
 */
export async function buildInNamespaces(
  names: readonly string[],
  links: readonly PlannedLink[],
  ports: BuildPorts,
  options: BuildOptions,
): Promise<Nodes> {
  const nodes = (await startAsRoot(names, ports, options)) ?? (await startAsUser(names, ports, options))
  try {
    await joinNodes(nodes, links, ports, options.signal)
  } catch (error) {
    await closeNodes(nodes)
    throw error
  }
  return nodes
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
  const isolated: Isolated = {base: HOST, user: false, spawn: {unshare: 'network'}}
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
    spawn: {unshare: 'user-and-network'},
  })
  const isolated: Isolated = {base: leader.place, user: true, spawn: {unshare: 'network'}}
  const start = async (name: string): Promise<Node> => startNode(name, ports, options, isolated)
  return startAll(others, start, new Map([[first, leader]]))
}

interface Isolated {
  /** Whose user namespace it joins. */
  readonly base: Place
  readonly user: boolean
  readonly spawn: SpawnOptions
}

async function startNode(
  name: string,
  ports: BuildPorts,
  {origin, seed, signal}: BuildOptions,
  isolated?: Isolated,
): Promise<Node> {
  signal.throwIfAborted()
  const session = await AgentSession.open(ports, {
    name,
    place: isolated?.base ?? HOST,
    ...(isolated ? {spawn: isolated.spawn} : {}),
    origin,
    seed,
  })
  const place = isolated ? {kind: 'process' as const, pid: session.pid, user: isolated.user, name} : HOST
  return {session, place}
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

async function joinNodes(
  nodes: Nodes,
  links: readonly PlannedLink[],
  ports: BuildPorts,
  signal: AbortSignal,
): Promise<void> {
  for (const link of links) {
    const [first, second] = [nodes.get(link.first.node), nodes.get(link.second.node)]
    if (!first || !second) continue
    await runIp(first.place, [linkCommand(link, second.session.pid)], ports, signal)
  }
  for (const [name, {place}] of nodes) await runIp(place, nodeCommands(name, links), ports, signal)
}

/** Runs `ip -batch` in a place; one program start for all its lines. */
async function runIp(
  place: Place,
  lines: readonly string[],
  ports: BuildPorts,
  signal: AbortSignal,
): Promise<void> {
  const {file, args} = inPlace(place, 'ip', ['-batch', '-'])
  const result = await ports.exec.run({
    file,
    args,
    input: `${lines.join('\n')}\n`,
    timeout: IP_LIMIT,
    signal,
    env: {PATH: toolPath(ports.host.env('PATH'))},
  })
  signal.throwIfAborted()
  if (result.exitCode === 0) return
  const said = result.stderr.trim().replaceAll('\n', '; ')
  throw new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `the lab's network could not be built: ${said === '' ? 'ip did not answer' : said}`,
      advice: ['netdrill doctor tells what the kernel can do', 'set isolation: none to run on loopback'],
    },
    EXIT.capability,
  )
}
