/** The commands that make one device of several cables. Pure. */
import type {LinkBond} from './lab-bond.ts'
import type {PlannedEnd, Segment} from './topology.ts'

/** What a node's end of a bonded link is: the second one may be a bridge. */
export function bondedKind({otherEnd}: LinkBond, end: number): 'bond' | 'br' {
  return end > 0 && otherEnd === 'bridge' ? 'br' : 'bond'
}

/** The ends of the cables: of bond0 they are called bond0p0, bond0p1, … */
export function cablesOf({bond}: Segment, {device}: PlannedEnd): readonly string[] {
  return Array.from({length: bond?.members ?? 0}, (_, index) => `${device}p${index}`)
}

/** Lines for `ip -batch`, where all cables are there. A cable joins a bond while it is down. */
export function bondCommands(segment: Segment, end: PlannedEnd): readonly string[] {
  const {bond, ends} = segment
  if (bond === null) return []
  const {device} = end
  const cables = cablesOf(segment, end)
  const kind = bondedKind(bond, ends.indexOf(end))
  const others = ends.filter((other) => other !== end).map(({address}) => address)
  return [
    `link add name ${device} type ${kind === 'br' ? 'bridge' : `bond ${bondWords(bond, cables, others)}`}`,
    ...cables.map((cable) => `link set dev ${cable} master ${device}`),
    ...cables.map((cable) => `link set dev ${cable} up`),
  ]
}

function bondWords(bond: LinkBond, cables: readonly string[], others: readonly string[]): string {
  const {mode, primary, primaryReselect, failOverMac} = bond
  const preferred = primary === null ? undefined : cables[primary]
  return [
    `mode ${mode}`,
    ...monitorWords(bond, others),
    ...(preferred === undefined ? [] : [`primary ${preferred}`]),
    ...(primaryReselect === null ? [] : [`primary_reselect ${primaryReselect}`]),
    ...(failOverMac === null ? [] : [`fail_over_mac ${failOverMac}`]),
  ].join(' ')
}

function monitorWords({monitor}: LinkBond, others: readonly string[]): readonly string[] {
  if (monitor.kind === 'arp') {
    const {interval, targets, validate} = monitor
    return [
      `arp_interval ${interval}`,
      `arp_ip_target ${(targets ?? others).join(',')}`,
      ...(validate === 'none' ? [] : [`arp_validate ${validate}`]),
    ]
  }
  const {interval, updelay, downdelay} = monitor
  return [
    `miimon ${interval}`,
    ...(updelay > 0 ? [`updelay ${updelay}`] : []),
    ...(downdelay > 0 ? [`downdelay ${downdelay}`] : []),
  ]
}
