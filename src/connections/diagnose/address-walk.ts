/** One address of the target from the route to the open port; everything that can runs at the same time. */
import type {
  AddressWalk,
  MtuSeen,
  OwnLink,
  PingSeen,
  RefusingRoute,
  RouteSeen,
} from '../../advice/observed.ts'
import type {Outcome} from '../../core/outcome.ts'
import type {ResolvedAddress} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {Hops} from './hops.ts'
import type {OwnNetwork} from './own-network.ts'
import type {Pinger} from './pinger.ts'
import {type WalkRun, probeOnce} from './walk-run.ts'

/** Time for a repeated SYN, which the kernel sends after one second. */
const TCP_LIMIT: Millis = 2200

export interface AddressTools {
  readonly hops: Hops
  readonly pinger: Pinger
  readonly own: OwnNetwork
}

/** `onTcp` hears of the connection as soon as it is known. Port null: the target has none. */
export async function walkAddress(
  run: WalkRun,
  tools: AddressTools,
  target: ResolvedAddress & {readonly port: number | null},
  onTcp: (outcome: Outcome | null) => void,
): Promise<AddressWalk> {
  const {hops} = tools
  const {address, family} = target
  const dialled = dial(run, target)
  void dialled.then(onTcp)
  const asked = await hops.route(address)
  const [gateway, ping, tcp] = await Promise.all([hops.gateway(asked, family), hops.ping(target), dialled])
  const route = asked.status === 'unseen' ? routeByError(tcp) : asked
  const mtu = await lookAtMtu(run, tools, target, {route, ping})
  const neighbour = await hops.neighbour(route, address)
  return {address, family, route, gateway, ping, neighbour, mtu, tcp}
}

/** What the kernel answers to connect(2) by itself, without a packet sent: as good as asking ip(8). */
const LOCAL_ERRORS: Readonly<Record<string, RefusingRoute>> = {
  'NET_NO_ROUTE ENETUNREACH': 'none',
  'NET_NO_ROUTE EHOSTUNREACH': 'unreachable',
  'NET_LOCAL_POLICY EACCES': 'prohibit',
  'NET_LOCAL_POLICY EINVAL': 'blackhole',
}

function routeByError(tcp: Outcome | null): RouteSeen {
  if (tcp?.status !== 'failed') return {status: 'unseen'}
  const kind = LOCAL_ERRORS[`${tcp.failure.code} ${tcp.failure.cause ?? ''}`]
  return kind === undefined ? {status: 'unseen'} : {status: 'refused', kind, entry: null}
}

async function dial(
  run: WalkRun,
  {address, port}: ResolvedAddress & {readonly port: number | null},
): Promise<Outcome | null> {
  if (port === null) return null
  return probeOnce(run, {kind: 'tcp', url: `tcp://${joinHostPort(address, port)}`, within: TCP_LIMIT})
}

async function lookAtMtu(
  run: WalkRun,
  {pinger, own}: AddressTools,
  target: ResolvedAddress,
  {route, ping}: {readonly route: RouteSeen; readonly ping: PingSeen},
): Promise<MtuSeen | null> {
  if (route.status !== 'found' || route.local || ping.status !== 'reply') return null
  const link = (own.links ?? []).find(({name}: OwnLink) => name === route.device)
  if (!link || link.loopback || run.deadline.left() <= 0) return null
  return pinger.pathMtu(target, route.mtu ?? link.mtu, ping.rtt)
}
