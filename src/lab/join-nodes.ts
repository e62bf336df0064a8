/** Cables, switches, addresses, routes and rules between nodes that are running. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {inPlace, toolPath} from '../core/place-command.ts'
import type {Place} from '../core/place.ts'
import {withTcTables} from '../core/tc-tables.ts'
import type {Millis} from '../core/units.ts'
import {awaitLinks} from './await-links.ts'
import type {BuildPorts, Nodes} from './build-nodes.ts'
import {joinEmulated} from './emulated-links/join-emulated.ts'
import type {NodeSettings} from './lab.ts'
import {cableCommands, nodeCommands, shapeCommands, shapeTables, switchCommands} from './plan-devices.ts'
import {mptcpCommands} from './plan-mptcp.ts'
import {nodeRuleset} from './plan-packets.ts'
import {planRoutes} from './plan-routes.ts'
import {PLAIN_NODE} from './schema-node.ts'
import type {Topology} from './topology.ts'

/** Thousands of lines take less than a second. */
const TOOL_LIMIT: Millis = 10_000

export interface JoinRequest {
  readonly nodes: Nodes
  readonly topology: Topology
  readonly settings: Readonly<Record<string, NodeSettings>>
  readonly ports: BuildPorts
  readonly signal: AbortSignal
  /** Nodes on which a program looks at its devices, which count as running a moment after they are up only. */
  readonly observant: readonly string[]
}

/** Throws `UserError` (exit 6) when a tool or the kernel says no; what was made ends with the nodes. */
export async function joinNodes(request: JoinRequest): Promise<void> {
  const {nodes, topology, settings} = request
  const run = async (node: string, tool: Tool, input: string, env = {}): Promise<void> => {
    const place = nodes.get(node)?.place
    if (place && input !== '') await runTool({place, tool, input, env}, request)
  }
  const tableWorld = {files: request.ports.files, stateFolder: request.ports.host.stateFolder}
  const pidOf = (node: string): number => nodes.get(node)?.session.pid ?? -1
  for (const node of topology.nodes) await run(node, 'ip', lines(cableCommands(node, topology, pidOf)))
  for (const segment of topology.segments) {
    const wire = segment.switch
    if (wire === null) continue
    await run(wire, 'ip', lines(switchCommands(segment)))
    await withTcTables(shapeTables(segment), tableWorld, async (env) =>
      run(wire, 'tc', lines(shapeCommands(segment)), env),
    )
    await joinEmulated(segment, nodes)
  }
  for (const node of topology.nodes) {
    await run(node, 'ip', lines(nodeCommands(node, topology, settings[node]?.addresses)))
    await run(node, 'ip', lines(mptcpCommands(node, topology, settings[node]?.mptcp)))
  }
  for (const node of topology.nodes) {
    await run(node, 'ip', lines(planRoutes(node, topology, settings)))
    await run(node, 'nft', nodeRuleset(node, topology, settings[node] ?? PLAIN_NODE) ?? '')
  }
  await awaitReady(request)
}

/** Whoever has IPv6, or looks at the state of its devices, has to wait for the kernel. */
async function awaitReady({nodes, topology, ports, signal, observant}: JoinRequest): Promise<void> {
  const six = topology.segments.filter(({subnets}) => subnets.some(({family}) => family === 6))
  const waiting = new Set([...observant, ...six.flatMap(({ends}) => ends.map(({node}) => node))])
  await Promise.all(
    [...waiting].map(async (node) => {
      const place = nodes.get(node)?.place
      if (place) await awaitLinks(place, ports, signal)
    }),
  )
}

function lines(commands: readonly string[]): string {
  return commands.length === 0 ? '' : `${commands.join('\n')}\n`
}

/** Each takes its commands from standard input: one program start for all of them. */
const TOOLS = {ip: ['-batch', '-'], tc: ['-batch', '-'], nft: ['-f', '-']} as const
type Tool = keyof typeof TOOLS

interface ToolCall {
  readonly place: Place
  readonly tool: Tool
  readonly input: string
  readonly env: Readonly<Record<string, string>>
}

async function runTool({place, tool, input, env}: ToolCall, {ports, signal}: JoinRequest): Promise<void> {
  const result = await ports.exec.run({
    ...inPlace(place, tool, TOOLS[tool]),
    input,
    timeout: TOOL_LIMIT,
    signal,
    env: {PATH: toolPath(ports.host.env('PATH')), ...env},
  })
  signal.throwIfAborted()
  if (result.exitCode === 0) return
  const said = result.stderr.trim().replaceAll('\n', '; ')
  throw new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `the lab's network could not be built: ${said === '' ? `${tool} did not answer` : said}`,
      advice: ['netdrill doctor tells what the kernel can do', 'set isolation: none to run on loopback'],
    },
    EXIT.capability,
  )
}
