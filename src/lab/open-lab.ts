import {HOST} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import {AgentSession} from './agent-session.ts'
import {buildInNamespaces, buildOnLoopback, closeNodes, type Node} from './build-nodes.ts'
import {chooseIsolation} from './choose-isolation.ts'
import type {Lab, LabSpec, OpenLabOptions} from './lab.ts'
import {checkNodes, nodeAddresses, planLinks} from './plan-lab.ts'
import {HOST_NODE, RunningLab} from './running-lab.ts'
import {type ServerPlace, startServers} from './start-servers.ts'

type LabPorts = Pick<Ports, 'agents' | 'capabilities' | 'clock' | 'exec' | 'host'>

/**
 * Builds the lab and starts its servers. Throws `UserError`: exit 6 when namespaces are required and can't be made,
 * 2 for names that lead nowhere and servers that can't start. When it throws, nothing of the lab is left; an abort
 * of `signal` while it builds makes it throw the signal's reason.
 */
export async function openLab(spec: LabSpec, ports: LabPorts, options: OpenLabOptions): Promise<Lab> {
  checkNodes(spec)
  const planned = planLinks(spec.links)
  const {isolation, because} = await chooseIsolation(spec.isolation, ports)
  const isolated = isolation === 'namespaces'
  const links = isolated ? planned : []
  const nodes = isolated
    ? await buildInNamespaces(spec.nodes, links, ports, options)
    : await buildOnLoopback(spec.nodes, ports, options)
  try {
    const placeOf = (name: string): ServerPlace => {
      const node = nodes.get(name)
      if (!node) throw new Error(`node ${name} was not started`)
      return {session: node.session, addresses: nodeAddresses(name, links)}
    }
    const started = await startServers(spec, placeOf, {freePorts: !isolated})
    options.signal.throwIfAborted()
    const {origin, seed, onLoss} = options
    return new RunningLab({
      isolation,
      notes: [`lab: ${because}`, ...userNote([...nodes.values()])],
      nodes,
      links,
      started,
      openHost: async () => AgentSession.open(ports, {name: HOST_NODE, place: HOST, origin, seed}),
      onLoss,
    })
  } catch (error) {
    await closeNodes(nodes)
    throw error
  }
}

function userNote(nodes: readonly Node[]): readonly string[] {
  const inUser = nodes.some(({place}) => place.kind === 'process' && place.user)
  return inUser ? ['lab: inside a user namespace, so no rights on this machine are needed'] : []
}
