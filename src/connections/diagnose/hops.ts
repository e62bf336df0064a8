/** Routes, gateways and pings, each asked once however many addresses share them. */
import type {GatewaySeen, PingSeen, RouteSeen} from '../../advice/observed.ts'
import type {Family} from '../../core/outcome.ts'
import type {ResolvedAddress} from '../../core/ports.ts'
import type {OwnNetwork} from './own-network.ts'
import type {Pinger} from './pinger.ts'

export interface Hops {
  route(address: string): Promise<RouteSeen>
  /** Null when the route has no gateway, or none is known. */
  gateway(route: RouteSeen, family: Family): Promise<GatewaySeen | null>
  ping(target: ResolvedAddress): Promise<PingSeen>
  /** The state of the address itself in the neighbour table; null when it is not on the link. Ask after the ping. */
  neighbour(route: RouteSeen, address: string): Promise<string | null>
}

export function openHops(own: Promise<OwnNetwork>, pinger: Pinger): Hops {
  const routes = new Map<string, Promise<RouteSeen>>()
  const pings = new Map<string, Promise<PingSeen>>()
  const gateways = new Map<string, Promise<GatewaySeen>>()
  const ping = async (target: ResolvedAddress): Promise<PingSeen> =>
    remember(pings, target.address, async () => pinger.ping(target))
  const look = async (address: string, device: string, family: Family): Promise<GatewaySeen> => {
    // A link-local address means something only together with its device.
    const literal = family === 6 && address.startsWith('fe80:') ? `${address}%${device}` : address
    const seen = await ping({address: literal, family})
    const state = await (await own).neighbour(address, device)
    return {address, device, ping: seen, state}
  }
  return {
    ping,
    route: async (address) => remember(routes, address, async () => (await own).route(address)),
    neighbour: async (route, address) => {
      const isOnLink = route.status === 'found' && route.gateway === null && !route.local
      return isOnLink ? (await own).neighbour(address, route.device) : null
    },
    gateway: async (route, family) => {
      if (route.status !== 'found' || route.gateway === null) return null
      const {gateway, device} = route
      return remember(gateways, `${gateway}%${device}`, async () => look(gateway, device, family))
    },
  }
}

async function remember<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const old = known.get(key)
  if (old) return old
  const asked = ask()
  known.set(key, asked)
  return asked
}
