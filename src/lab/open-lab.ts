import {addressFamily} from '../core/address.ts'
import {HOST} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import {AgentSession} from './agent-session.ts'
import {type Node, type NodeStart, closeNodes, startInNamespaces, startOnLoopback} from './build-nodes.ts'
import {chooseIsolation} from './choose-isolation.ts'
import {emulateShaped} from './emulated-links/emulate-shaped.ts'
import {joinNodes} from './join-nodes.ts'
import type {Lab, LabSpec, OpenLabOptions} from './lab.ts'
import {neighbour} from './plan-routes.ts'
import {requirePackages} from './require-packages.ts'
import {checkNodes, planTopology} from './plan-topology.ts'
import {HOST_NODE, RunningLab} from './running-lab.ts'
import {type ServerPlace, startServers} from './start-servers.ts'
import {type Topology, nodeAddresses} from './topology.ts'

type LabPorts = Pick<Ports, 'agents' | 'capabilities' | 'clock' | 'exec' | 'files' | 'host'>

/**
 * Builds the lab and starts its servers. Throws `UserError`: exit 6 when namespaces are required and can't be made or a
 * server's package is not installed, 2 for names that lead nowhere and servers that can't start. When it throws, nothing of the lab is left; an abort
 * of `signal` while it builds makes it throw the signal's reason.
 */
export async function openLab(asked: LabSpec, ports: LabPorts, options: OpenLabOptions): Promise<Lab> {
  checkNodes(asked)
  await requirePackages(asked, ports)
  const spec = await emulateShaped(asked, ports)
  const planned = planTopology(spec)
  const {isolation, because} = await chooseIsolation(spec, ports)
  const isolated = isolation === 'namespaces'
  const topology = isolated ? planned : {...planned, switches: [], segments: []}
  const settings = spec.settings ?? {}
  const names = [...topology.nodes, ...topology.switches]
  const build = {...options, startOf: (node: string) => nodeStart(node, spec, topology)}
  const nodes = await (isolated ? startInNamespaces : startOnLoopback)(names, ports, build)
  try {
    if (isolated)
      await joinNodes({
        nodes,
        topology,
        settings,
        ports,
        signal: options.signal,
        observant: observantNodes(spec),
      })
    const placeOf = (name: string): ServerPlace => {
      const node = nodes.get(name)
      if (!node) throw new Error(`node ${name} was not started`)
      return {session: node.session, addresses: nodeAddresses(name, topology)}
    }
    const started = await startServers(spec, placeOf, {freePorts: !isolated})
    options.signal.throwIfAborted()
    const {origin, seed, onLoss} = options
    return new RunningLab({
      isolation,
      notes: [`lab: ${because}`, ...userNote([...nodes.values()]), ...emulatedNote(topology)],
      nodes,
      topology,
      settings,
      started,
      openHost: async () => AgentSession.open(ports, {name: HOST_NODE, place: HOST, origin, seed}),
      onLoss,
    })
  } catch (error) {
    await closeNodes(nodes)
    throw error
  }
}

/** Those with programs that list the devices, as WebRTC does for its candidates. */
function observantNodes({servers}: LabSpec): readonly string[] {
  return Object.values(servers)
    .filter(({kind}) => kind === 'command' || kind === 'webrtc')
    .map(({node}) => node)
}

function nodeStart(node: string, {settings}: LabSpec, topology: Topology): NodeStart {
  const own = settings?.[node]
  const resolver = own?.resolver
  return {
    ...(own?.router ? {forward: true} : {}),
    ...(resolver
      ? {
          resolver: {
            ...resolver,
            servers: resolver.servers.map((server) => nameServer(server, node, topology)),
          },
        }
      : {}),
  }
}

/** A node by its address on a link that both are on, else by its first one. */
function nameServer(server: string, node: string, topology: Topology): string {
  if (addressFamily(server) !== null) return server
  return neighbour(node, server, topology)?.address ?? nodeAddresses(server, topology)[0] ?? server
}

function emulatedNote({segments}: Topology): readonly string[] {
  const names = segments.filter(({emulated}) => emulated).map(({name}) => name)
  if (names.length === 0) return []
  return [
    `lab: netdrill carries the packets of ${names.join(', ')} itself, so that they can be delayed and lost`,
  ]
}

function userNote(nodes: readonly Node[]): readonly string[] {
  const inUser = nodes.some(({place}) => place.kind === 'process' && place.user)
  return inUser ? ['lab: inside a user namespace, so no rights on this machine are needed'] : []
}
