/** What is known of the own network, and what differs after another line of ip(8). No clock, no processes. */
import {isInNetwork} from '../../core/address.ts'
import type {LinkState, NetworkChange, NetworkChangeKind, RouteState} from '../../core/network-port.ts'
import type {IpLine} from './parse-ip-line.ts'

export type Difference = Omit<NetworkChange, 'at'>

interface Link {
  readonly name: string
  readonly up: boolean
  readonly carrier: boolean
}

type Route = Extract<IpLine, {kind: 'route'}>
type Neighbour = Extract<IpLine, {kind: 'neighbour'}>

/** Of failed neighbours so many are remembered: a scan of a network fails for all that don't exist. */
const MOST_FAILED = 256

export class NetworkTable {
  #links = new Map<number, Link>()
  /** Key is index and address; the value is the address and its interface's index. */
  #addresses = new Map<string, {readonly index: number; readonly address: string}>()
  #routes = new Map<string, Route>()
  #hasRoutes = false
  readonly #failed = new Set<string>()

  /** Takes one line in; nothing when it says what is known already. */
  add(line: IpLine): readonly Difference[] {
    switch (line.kind) {
      case 'link':
        return this.#link(line)
      case 'address':
        return this.#address(line)
      case 'route':
        return this.#route(line)
      case 'neighbour':
        return this.#neighbour(line)
      case 'other':
        return []
    }
  }

  /**
   * Takes a complete look in: what isn't in it any more is gone. `routes` null: they were not looked at. Neighbours are left as
   * they are.
   */
  replace(lines: readonly IpLine[], routes: readonly IpLine[] | null): readonly Difference[] {
    this.#hasRoutes = routes !== null
    const known = {links: this.#links, addresses: this.#addresses, routes: this.#routes}
    const found = new NetworkTable()
    found.#hasRoutes = true
    for (const line of [...lines, ...(routes ?? [])]) found.add(line)
    const gone = [
      ...(routes === null ? [] : [...known.routes].filter(([key]) => !found.#routes.has(key))).map(
        ([, route]): IpLine => ({...route, gone: true}),
      ),
      ...[...known.addresses]
        .filter(([key]) => !found.#addresses.has(key))
        .map(([, {index, address}]): IpLine => ({
          kind: 'address',
          index,
          device: '',
          address,
          gone: true,
        })),
      ...[...known.links]
        .filter(([index]) => !found.#links.has(index))
        .map(([index, link]): IpLine => ({kind: 'link', index, ...link, gone: true})),
    ]
    return [...gone, ...lines, ...(routes ?? [])].flatMap((line) => this.add(line))
  }

  links(): readonly LinkState[] {
    return [...this.#links].map(([index, link]) => ({
      ...link,
      addresses: [...this.#addresses.values()]
        .filter((one) => one.index === index)
        .map(({address}) => address),
    }))
  }

  routes(): readonly RouteState[] | null {
    if (!this.#hasRoutes) return null
    return [...this.#routes.values()].map(({destination, devices, table}) => ({destination, devices, table}))
  }

  #link({index, name, up, carrier, gone}: Extract<IpLine, {kind: 'link'}>): readonly Difference[] {
    const old = this.#links.get(index)
    if (gone) {
      this.#links.delete(index)
      return old
        ? [...this.#dropAddresses(index, old.name), linkDifference('link-removed', old.name, false)]
        : []
    }
    this.#links.set(index, {name, up, carrier})
    const usable = up && carrier
    if (!old) return [linkDifference('link-added', name, usable)]
    if (old.name !== name) {
      return [linkDifference('link-removed', old.name, false), linkDifference('link-added', name, usable)]
    }
    if (old.up !== up) return [linkDifference(up ? 'link-up' : 'link-down', name, usable)]
    if (old.carrier !== carrier)
      return [linkDifference(carrier ? 'carrier-gained' : 'carrier-lost', name, usable)]
    return []
  }

  #dropAddresses(index: number, device: string): readonly Difference[] {
    const lost = [...this.#addresses].filter(([, one]) => one.index === index)
    for (const [key] of lost) this.#addresses.delete(key)
    return lost.map(([, {address}]) => ({what: 'address-removed', device, subject: address}))
  }

  #address({index, device, address, gone}: Extract<IpLine, {kind: 'address'}>): readonly Difference[] {
    const key = `${index} ${address}`
    const known = this.#addresses.has(key)
    if (gone) this.#addresses.delete(key)
    else this.#addresses.set(key, {index, address})
    if (known !== gone) return []
    // The lines about addresses of some versions leave out what the interface is called now.
    const name = this.#links.get(index)?.name ?? device
    return [{what: gone ? 'address-removed' : 'address-added', device: name, subject: address}]
  }

  #route(route: Route): readonly Difference[] {
    if (isBoring(route)) return []
    // Those of a router with a full table would be kept one by one.
    if (!this.#hasRoutes && route.destination !== 'default') return []
    const key = keyOf(route)
    const known = this.#routes.has(key)
    if (route.gone) this.#routes.delete(key)
    else this.#routes.set(key, route)
    if (known !== route.gone) return []
    const what = route.gone ? 'route-removed' : 'route-added'
    return [{what, device: route.devices[0] ?? null, subject: describe(route)}]
  }

  #neighbour({device, address, state, gone}: Neighbour): readonly Difference[] {
    const key = `${device} ${address}`
    if (!gone && state === 'FAILED') {
      if (this.#failed.has(key) || this.#failed.size >= MOST_FAILED) return []
      this.#failed.add(key)
      return [{what: 'neighbour-failed', device, subject: address}]
    }
    // Forgotten, it is neither reached nor failed.
    if (gone) this.#failed.delete(key)
    if (gone || state !== 'REACHABLE' || !this.#failed.delete(key)) return []
    return [{what: 'neighbour-reached', device, subject: address}]
  }
}

function linkDifference(what: NetworkChangeKind, device: string, usable: boolean): Difference {
  return {what, device, subject: '', usable}
}

/** The kernel makes these for each interface: they come and go with it and say nothing more. */
function isBoring({destination}: Route): boolean {
  const [address = ''] = destination.split('/')
  return isInNetwork(address, 'fe80::/10') || isInNetwork(address, 'ff00::/8')
}

function keyOf({refusing, destination, table, metric, devices, via}: Route): string {
  return [refusing ?? '', destination, table, metric, devices.join(','), via.join(',')].join(' ')
}

function describe({refusing, destination, table, via}: Route): string {
  const words = [refusing, destination, ...via.map((hop) => `via ${hop}`)]
  const where = table === 'main' ? [] : [`in table ${table}`]
  return [...words, ...where].filter((word) => word !== null).join(' ')
}
