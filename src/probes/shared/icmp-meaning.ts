/** What an ICMP error says about the path (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3). */
import type {FailureCode} from '../../core/codes/index.ts'
import type {Family} from '../../core/outcome.ts'

export interface IcmpMeaning {
  readonly code: FailureCode
  /** The message's name in its RFC, lower case. */
  readonly name: string
}

const PROHIBITED = 'NET_ADMIN_PROHIBITED'
const UNREACHABLE = 'NET_UNREACHABLE'

/** Keys are `type.code`. */
const V4: Readonly<Record<string, IcmpMeaning>> = {
  '3.0': {code: UNREACHABLE, name: 'net unreachable'},
  '3.1': {code: UNREACHABLE, name: 'host unreachable'},
  '3.2': {code: UNREACHABLE, name: 'protocol unreachable'},
  '3.3': {code: 'TCP_REFUSED', name: 'port unreachable'},
  '3.4': {code: 'NET_PMTU', name: 'fragmentation needed'},
  '3.5': {code: UNREACHABLE, name: 'source route failed'},
  '3.6': {code: UNREACHABLE, name: 'destination network unknown'},
  '3.7': {code: UNREACHABLE, name: 'destination host unknown'},
  '3.8': {code: UNREACHABLE, name: 'source host isolated'},
  '3.9': {code: PROHIBITED, name: 'network administratively prohibited'},
  '3.10': {code: PROHIBITED, name: 'host administratively prohibited'},
  '3.11': {code: UNREACHABLE, name: 'network unreachable for this type of service'},
  '3.12': {code: UNREACHABLE, name: 'host unreachable for this type of service'},
  '3.13': {code: PROHIBITED, name: 'communication administratively prohibited'},
  '3.14': {code: PROHIBITED, name: 'host precedence violation'},
  '3.15': {code: PROHIBITED, name: 'precedence cutoff in effect'},
  '11.0': {code: UNREACHABLE, name: 'time to live exceeded'},
}
const V6: Readonly<Record<string, IcmpMeaning>> = {
  '1.0': {code: UNREACHABLE, name: 'no route to destination'},
  '1.1': {code: PROHIBITED, name: 'communication administratively prohibited'},
  '1.2': {code: UNREACHABLE, name: 'beyond scope of source address'},
  '1.3': {code: UNREACHABLE, name: 'address unreachable'},
  '1.4': {code: 'TCP_REFUSED', name: 'port unreachable'},
  '1.5': {code: PROHIBITED, name: 'source address failed ingress/egress policy'},
  '1.6': {code: PROHIBITED, name: 'reject route to destination'},
  '2.0': {code: 'NET_PMTU', name: 'packet too big'},
  '3.0': {code: UNREACHABLE, name: 'hop limit exceeded'},
}

/** The meaning of a received ICMP error; null for one that says nothing about reachability. */
export function icmpMeaning(
  family: Family,
  icmp: {readonly type: number; readonly code: number},
): IcmpMeaning | null {
  const table = family === 4 ? V4 : V6
  return table[`${icmp.type}.${icmp.code}`] ?? null
}
