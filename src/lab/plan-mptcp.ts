/** What a node that speaks Multipath TCP is told beyond what every Linux does. Pure. */
import type {NodeSettings} from './lab.ts'
import type {Topology} from './topology.ts'

/** As many as the kernel allows (MPTCP_PM_ADDR_MAX); its own defaults leave most links of a lab unused. */
const MOST = 8

/** Lines for `ip -batch`, after the addresses. */
export function mptcpCommands(
  node: string,
  {segments}: Topology,
  mptcp: NodeSettings['mptcp'],
): readonly string[] {
  if (!mptcp) return []
  const told = segments
    .filter(({name}) => mptcp.signal.includes(name))
    .flatMap(({ends}) => ends.filter((end) => end.node === node))
  return [
    `mptcp limits set subflows ${MOST} add_addr_accepted ${MOST}`,
    ...told.map(({address, device}) => `mptcp endpoint add ${address} dev ${device} signal`),
  ]
}
