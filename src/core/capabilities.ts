/** What a feature may need from the machine. `doctor`, exit 6 and skipped samples all read the same report. */

export const CAPABILITIES = [
  'linux',
  'net-admin',
  'user-namespaces',
  'network-namespaces',
  'icmp-datagram',
  'icmp-raw',
  'ping-program',
  'ffi',
  'tc',
  'nft',
  'nft-egress',
  'ip',
  'ss',
  'sysctl',
  'prlimit',
  'conntrack',
  'socket-kill',
  'faketime',
  'time-namespaces',
  'qdisc-netem',
  'qdisc-tbf',
  'qdisc-htb',
  'qdisc-prio',
  'qdisc-ingress',
  'ifb',
  'bonding',
  'ipv6',
  'clock',
  'webrtc',
  'mptcp',
] as const
export type Capability = (typeof CAPABILITIES)[number]

export interface CapabilityReport {
  readonly capability: Capability
  readonly status: 'present' | 'missing' | 'unknown'
  /** What was seen: a version, a kernel answer. */
  readonly found: string
  /** Which features need it. */
  readonly why: string
  /** What a person can do about it; empty when present. */
  readonly remedy: string
}
