/** Whether the own machine can still send to a target at all. Pure. */
import {isInNetwork} from '../../core/address.ts'
import type {LinkCause} from '../../core/network-events.ts'
import type {LinkState, NetworkState} from '../../core/network-port.ts'

/** How a target is reached. */
export interface Reach {
  /** Interface and address that its samples are bound to; null where they aren't. */
  readonly interface: string | null
  readonly source: string | null
  /** The address that answered last, or that its URL names; null as long as none is known. */
  readonly address: string | null
}

export interface LinkLoss {
  readonly device: string | null
  readonly cause: LinkCause
  readonly because: string
}

export type LinkJudgement = {readonly lost: LinkLoss} | {readonly lost: null; readonly device: string | null}

export interface LinkQuestion {
  readonly reach: Reach
  /** The interface that it was reached through last; null when none is known. */
  readonly device: string | null
  /** The one that the kernel would send through now: null when no route leads there, undefined when nobody asked. */
  readonly routed?: string | null | undefined
}

/** What is known now; with `routed` undefined a target that isn't bound is lost only where no other way is left. */
export function judgeLink({reach, device, routed}: LinkQuestion, state: NetworkState): LinkJudgement {
  const {links} = state
  if (reach.interface !== null) return judgeBound(reach, reach.interface, state)
  const sourceless = reach.source === null ? null : judgeSource(reach.source, links)
  if (sourceless) return {lost: sourceless}
  const through = routed ?? device
  const unusable = through === null ? null : judgeDevice(through, links)
  if (unusable && (routed !== undefined || !hasOtherWay(reach, unusable, state))) return {lost: unusable}
  if (routed === null && reach.address !== null) {
    return {lost: {device, cause: 'route', because: `no route leads to ${reach.address}`}}
  }
  return {lost: null, device: routed ?? null}
}

/** A route through another interface that works, whether the kernel would take it or not. */
function hasOtherWay({address}: Reach, {device}: LinkLoss, {links, routes}: NetworkState): boolean {
  if (routes === null || address === null) return true
  return routes.some(
    ({devices, destination}) =>
      covers(destination, address) &&
      devices.some((each) => each !== device && judgeDevice(each, links) === null),
  )
}

function judgeBound({address, source}: Reach, device: string, state: NetworkState): LinkJudgement {
  const {links, routes} = state
  const unusable = judgeDevice(device, links)
  if (unusable) return {lost: unusable}
  const sourceless = source === null ? null : judgeSource(source, links)
  if (sourceless) return {lost: {...sourceless, device}}
  const own = links.find(({name}) => name === device)?.addresses ?? []
  if (address !== null && !own.some((one) => isSameFamily(one, address))) {
    return {lost: {device, cause: 'address', because: `${device} has no address`}}
  }
  // A kernel sends to the neighbours of an interface that it is told to use when it has no route: that is no way to anywhere else.
  const leads = routes?.some(
    ({devices, destination}) =>
      devices.includes(device) && (address === null || covers(destination, address)),
  )
  if (address !== null && leads === false) {
    return {lost: {device, cause: 'route', because: `no route leads to ${address} through ${device}`}}
  }
  return {lost: null, device}
}

/** Null for one that can be used. */
function judgeDevice(device: string, links: readonly LinkState[]): LinkLoss | null {
  const link = links.find(({name}) => name === device)
  if (!link) return {device, cause: 'link', because: `there is no interface ${device}`}
  if (!link.up) return {device, cause: 'link', because: `${device} is set down`}
  return link.carrier ? null : {device, cause: 'carrier', because: `${device} has no carrier`}
}

/** Null when the address is there, on an interface that can be used. */
function judgeSource(source: string, links: readonly LinkState[]): LinkLoss | null {
  const owner = ownerOf(source, links)
  if (owner !== null) return judgeDevice(owner, links)
  return {device: null, cause: 'address', because: `${source} is no address of this machine`}
}

function ownerOf(address: string, links: readonly LinkState[]): string | null {
  return links.find(({addresses}) => addresses.some((one) => one.split('/')[0] === address))?.name ?? null
}

function isSameFamily(one: string, other: string): boolean {
  return one.includes(':') === other.includes(':')
}

function covers(destination: string, address: string): boolean {
  return destination === 'default' || isInNetwork(address, destination)
}
