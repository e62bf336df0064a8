/** How a NAT maps one local port towards several servers (RFC 4787 section 4.1). Pure. */
import {isSameAddress} from '../udp/exchange.ts'
import type {Endpoint} from './message.ts'

export type Mapping = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent'

/** What one server said about us. */
export interface Seen {
  readonly server: Endpoint
  readonly mapped: Endpoint
}

/**
 * RFC 5780 section 4.3, with whatever servers answered. Null when they can't tell: with one server, or with two ports
 * of one address that see the same. Two servers of different addresses that see different mappings leave open whether
 * the port matters too; that is called address-dependent.
 */
export function mappingOf(seen: readonly Seen[]): Mapping | null {
  const pairs = seen.flatMap((one, index) => seen.slice(index + 1).map((other) => [one, other] as const))
  const across = pairs.filter(([one, other]) => !isSameAddress(one.server.address, other.server.address))
  const within = pairs.filter(([one, other]) => isSameAddress(one.server.address, other.server.address))
  if (within.some(differs)) return 'address-and-port-dependent'
  if (across.some(differs)) return 'address-dependent'
  return across.length > 0 ? 'endpoint-independent' : null
}

function differs([one, other]: readonly [Seen, Seen]): boolean {
  return !isSameEndpoint(one.mapped, other.mapped)
}

export function isSameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return one.port === other.port && isSameAddress(one.address, other.address)
}
