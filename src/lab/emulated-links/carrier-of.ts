import type {LinkControl} from '../../core/link-effects.ts'
import type {AgentSession} from '../agent-session.ts'
import type {LinkEnd} from '../lab.ts'
import type {Topology} from '../topology.ts'

/** The link of a node's device, when netdrill carries it itself; what is ordered is told to the agent that does. */
export function carrierOf(
  {node, device}: Pick<LinkEnd, 'node' | 'device'>,
  {segments}: Topology,
  sessionOf: (node: string) => AgentSession,
): LinkControl | null {
  const isHere = (end: LinkEnd): boolean => end.node === node && end.device === device
  const segment = segments.find(({emulated, ends}) => emulated && ends.some(isHere))
  if (!segment || segment.switch === null) return null
  const session = sessionOf(segment.switch)
  const {name} = segment
  return {
    name,
    sender: segment.ends.findIndex(isHere) === 0 ? 0 : 1,
    set: async (order) => {
      await session.impairLink(name, {set: order})
    },
    clear: async (fault) => {
      await session.impairLink(name, {clear: fault})
    },
    state: async () => session.impairLink(name, {}),
  }
}
