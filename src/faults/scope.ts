/** The scope of a fault with its addresses taken apart. Every part that is given must match (AND). */
import {isIP} from 'node:net'
import {UserError} from '../core/errors.ts'
import {type Network, covers, formatNetwork, isBroad, overlap, parseNetwork} from './addresses.ts'
import type {Family} from '../core/outcome.ts'
import type {FaultScope} from './fault.ts'

export interface Scope {
  /** Empty: every source. */
  readonly from: readonly Network[]
  /** Empty: every destination. */
  readonly to: readonly Network[]
  readonly port: number | null
  readonly protocol: 'tcp' | 'udp' | 'icmp' | null
  /** Absent: both. */
  readonly family?: Family | undefined
  /** Whose packets; absent: everybody's, forwarded ones too. */
  readonly sender?: Sender | undefined
}

/** The kernel knows the sender of what this machine sends itself, and of nothing else. */
export interface Sender {
  readonly uid?: number | undefined
  /** As in the document, without a slash at its ends. */
  readonly cgroup?: string | undefined
  /** Where the tree of cgroup v2 hangs below /sys/fs/cgroup, where nft looks for it. */
  readonly cgroupRoot?: string | undefined
}

/** Takes a scope apart; `from` and `to` may list several literals, separated by commas. */
export function parseScope(scope: FaultScope = {}): Scope {
  checkSense(scope)
  const family = scope.family === undefined ? {} : ({family: scope.family === 'ipv6' ? 6 : 4} as const)
  const parsed: Scope = {
    from: ofFamily('from', scope.from, family.family),
    to: ofFamily('to', scope.to, family.family),
    port: scope.port ?? null,
    protocol: scope.protocol ?? null,
    ...family,
  }
  const sender = senderOf(scope)
  return sender === null ? parsed : {...parsed, sender}
}

function checkSense({port, protocol, pick, namespace, pid, container}: FaultScope): void {
  if (port !== undefined && protocol === 'icmp')
    throw usage('ICMP has no ports: leave out the port or the protocol')
  if (pick !== undefined) throw usage('pick chooses among destinations: give them in to')
  if ([namespace, pid, container].filter((one) => one !== undefined).length > 1)
    throw usage('namespace, pid and container each say where the fault acts: give one of them')
}

function senderOf({uid, cgroup}: FaultScope): Sender | null {
  if (uid === undefined && cgroup === undefined) return null
  return {
    ...(uid === undefined ? {} : {uid}),
    ...(cgroup === undefined ? {} : {cgroup: cgroup.replace(/^\/|\/$/g, '')}),
  }
}

/** Addresses of the other family are left out, unless nothing stays. */
function ofFamily(key: string, text: string | undefined, family: Family | undefined): readonly Network[] {
  const all = networks(key, text)
  const kept = all.filter((network) => family === undefined || network.family === family)
  if (all.length > 0 && kept.length === 0)
    throw usage(`the scope's ${key} has no address of IPv${family ?? ''}`)
  return kept
}

function networks(key: string, text: string | undefined): readonly Network[] {
  if (text === undefined) return []
  return text.split(',').map((part) => {
    const network = parseNetwork(part)
    if (network) return network
    throw usage(`"${part.trim()}" in the scope's ${key} is not an address or a network such as 10.0.0.0/24`)
  })
}

/** Whether traffic with `address` (and the port there, if it is known) lies in the scope. */
export function scopeCovers(scope: Scope, address: string, port: number | null): boolean {
  if (scope.family !== undefined && isIP(address) !== scope.family) return false
  const addressMatches = scope.to.length === 0 || scope.to.some((network) => covers(network, address))
  const portMatches = scope.port === null || port === null || scope.port === port
  return addressMatches && portMatches
}

/** No destination, or one so wide that it means everything; one user's or one group's traffic is not everything. */
export function isBroadScope(scope: Scope): boolean {
  if (scope.sender?.cgroup !== undefined || (scope.sender?.uid ?? 0) > 0) return false
  return scope.to.length === 0 || scope.to.some(isBroad)
}

/** Whether one packet can lie in both scopes. */
export function scopesOverlap(a: Scope, b: Scope): boolean {
  const carried = !(a.port !== null && b.protocol === 'icmp') && !(b.port !== null && a.protocol === 'icmp')
  const same =
    agree(a.port, b.port) && agree(a.protocol, b.protocol) && agree(a.family ?? null, b.family ?? null)
  return carried && same && mayShareSender(a.sender, b.sender) && meet(a.to, b.to) && meet(a.from, b.from)
}

/** What lies in both; null when no packet can. */
export function intersectScopes(a: Scope, b: Scope): Scope | null {
  if (!scopesOverlap(a, b)) return null
  const family = a.family ?? b.family
  const sender = intersectSenders(a.sender, b.sender)
  return {
    from: intersectNetworks(a.from, b.from),
    to: intersectNetworks(a.to, b.to),
    port: a.port ?? b.port,
    protocol: a.protocol ?? b.protocol,
    ...(family === undefined ? {} : {family}),
    ...(sender === undefined ? {} : {sender}),
  }
}

/** Of two networks that overlap one lies in the other. */
function intersectNetworks(a: readonly Network[], b: readonly Network[]): readonly Network[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a
  const inner = a.flatMap((one) =>
    b.flatMap((other) => (overlap(one, other) ? [one.prefix >= other.prefix ? one : other] : [])),
  )
  return [...new Map(inner.map((network) => [formatNetwork(network), network])).values()]
}

/** A group inside another one is the narrower of the two. */
function intersectSenders(a: Sender | undefined, b: Sender | undefined): Sender | undefined {
  if (!a || !b) return a ?? b
  const [narrow, wide] = (a.cgroup?.length ?? 0) >= (b.cgroup?.length ?? 0) ? [a, b] : [b, a]
  return {...narrow, ...(narrow.uid === undefined && wide.uid !== undefined ? {uid: wide.uid} : {})}
}

/** Null is anything. */
function agree<Value>(a: Value | null, b: Value | null): boolean {
  return a === null || b === null || a === b
}

/** Two users send no packet together; a user and a group may, and so may a group and one inside it. */
function mayShareSender(a: Sender | undefined, b: Sender | undefined): boolean {
  if (a?.uid !== undefined && b?.uid !== undefined && a.uid !== b.uid) return false
  if (a?.cgroup === undefined || b?.cgroup === undefined) return true
  return `${a.cgroup}/`.startsWith(`${b.cgroup}/`) || `${b.cgroup}/`.startsWith(`${a.cgroup}/`)
}

function meet(a: readonly Network[], b: readonly Network[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((one) => b.some((other) => overlap(one, other)))
}

/** In words: `10.0.0.2 port 443 tcp`, `everything`. */
export function describeScope(scope: Scope): string {
  const to = scope.to.length === 0 ? '' : scope.to.map(formatNetwork).join(', ')
  const from = scope.from.length === 0 ? '' : `from ${scope.from.map(formatNetwork).join(', ')}`
  const port = scope.port === null ? '' : `port ${scope.port}`
  const family = scope.family === undefined ? '' : `IPv${scope.family}`
  const {uid, cgroup} = scope.sender ?? {}
  const user = uid === undefined ? '' : `of uid ${uid}`
  const group = cgroup === undefined ? '' : `of cgroup /${cgroup}`
  const words = [to, port, scope.protocol ?? '', family, from, user, group].filter((word) => word !== '')
  return words.length === 0 ? 'everything' : words.join(' ')
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
