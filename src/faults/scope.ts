/** The scope of a fault with its addresses taken apart. Every part that is given must match (AND). */
import * as z from 'zod'
import {UserError} from '../core/errors.ts'
import {type Network, covers, formatNetwork, isBroad, overlap, parseNetwork} from './addresses.ts'
import type {FaultScope} from './fault.ts'

export interface Scope {
  /** Empty: every source. */
  readonly from: readonly Network[]
  /** Empty: every destination. */
  readonly to: readonly Network[]
  readonly port: number | null
  readonly protocol: 'tcp' | 'udp' | 'icmp' | null
}

export const scopeSchema = z
  .strictObject({
    from: z.string().min(1).optional(),
    to: z.string().min(1).optional(),
    port: z.int().min(1).max(65_535).optional(),
    protocol: z.enum(['tcp', 'udp', 'icmp']).optional(),
    device: z
      .string()
      .regex(/^[^\s/"]{1,15}$/, 'a device name has at most 15 characters, and no space, slash or quote')
      .optional(),
    namespace: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'a namespace name consists of letters, digits, dot, dash and underscore')
      .optional(),
  })
  .describe('what the fault hits; all given parts must match')

/** Takes a scope apart; `from` and `to` may list several literals, separated by commas. */
export function parseScope(scope: FaultScope | undefined): Scope {
  const protocol = scope?.protocol ?? null
  const port = scope?.port ?? null
  if (port !== null && protocol === 'icmp')
    throw usage('ICMP has no ports: leave out the port or the protocol')
  return {from: networks('from', scope?.from), to: networks('to', scope?.to), port, protocol}
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
  const addressMatches = scope.to.length === 0 || scope.to.some((network) => covers(network, address))
  const portMatches = scope.port === null || port === null || scope.port === port
  return addressMatches && portMatches
}

/** No destination, or one so wide that it means everything. */
export function isBroadScope(scope: Scope): boolean {
  return scope.to.length === 0 || scope.to.some(isBroad)
}

/** Whether one packet can lie in both scopes. */
export function scopesOverlap(a: Scope, b: Scope): boolean {
  const ports = a.port === null || b.port === null || a.port === b.port
  const protocols = a.protocol === null || b.protocol === null || a.protocol === b.protocol
  const carried = !(a.port !== null && b.protocol === 'icmp') && !(b.port !== null && a.protocol === 'icmp')
  return ports && protocols && carried && meet(a.to, b.to) && meet(a.from, b.from)
}

function meet(a: readonly Network[], b: readonly Network[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((one) => b.some((other) => overlap(one, other)))
}

/** In words: `10.0.0.2 port 443 tcp`, `everything`. */
export function describeScope(scope: Scope): string {
  const to = scope.to.length === 0 ? '' : scope.to.map(formatNetwork).join(', ')
  const from = scope.from.length === 0 ? '' : `from ${scope.from.map(formatNetwork).join(', ')}`
  const port = scope.port === null ? '' : `port ${scope.port}`
  const words = [to, port, scope.protocol ?? '', from].filter((word) => word !== '')
  return words.length === 0 ? 'everything' : words.join(' ')
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
