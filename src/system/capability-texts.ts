/** Why each capability matters and what to do when it is missing; `doctor` and exit 6 print the same words. */
import type {Capability} from '../core/capabilities.ts'

export interface CapabilityText {
  readonly why: string
  readonly remedy: string
}

const NO_MODULE =
  'use a kernel that has it (Debian: linux-image-amd64 instead of a micro-VM or WSL kernel), then: modprobe'
const IPROUTE = 'install iproute2: apt-get install iproute2'

export const CAPABILITY_TEXTS: Readonly<Record<Capability, CapabilityText>> = {
  linux: {
    why: 'kernel faults, labs and ICMP sockets are made for Linux; probes of TCP, TLS and DNS run anywhere',
    remedy: 'run netdrill on Linux; elsewhere the userspace proxy still gives faults',
  },
  'net-admin': {
    why: 'faults on an interface of this machine (tc, nft)',
    remedy:
      'run as root (sudo), or give a container --cap-add NET_ADMIN; a lab with user namespaces and the proxy need no rights',
  },
  'user-namespaces': {
    why: 'labs without root',
    remedy:
      'sysctl kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0; or run as root',
  },
  'network-namespaces': {
    why: 'lab nodes that are isolated from this machine',
    remedy:
      'allow user namespaces or run as root; util-linux (unshare) is needed; else the lab runs on loopback',
  },
  'icmp-datagram': {
    why: 'ping without root and without a program per packet',
    remedy: 'sysctl -w net.ipv4.ping_group_range="0 2147483647"',
  },
  'icmp-raw': {
    why: 'ping as root where datagram ICMP sockets are closed',
    remedy: 'run as root or with CAP_NET_RAW',
  },
  'ping-program': {
    why: 'ping where neither kind of ICMP socket is allowed',
    remedy: 'apt-get install iputils-ping',
  },
  ffi: {
    why: 'ICMP sockets and socket options that Node does not offer',
    remedy: 'install the optional dependency koffi: npm install koffi',
  },
  tc: {why: 'delay, loss and rate faults', remedy: IPROUTE},
  nft: {
    why: 'partitions, and the scope and kernel-side end of all kernel faults',
    remedy: 'install nftables: apt-get install nftables',
  },
  'nft-egress': {
    why: 'faults on what leaves by one member of a bond or one port of a bridge',
    remedy: 'use Linux 5.16 or later with CONFIG_NETFILTER_EGRESS, and nftables 1.0.1 or later',
  },
  ip: {why: 'labs, and finding the device of a route', remedy: IPROUTE},
  ss: {why: 'seeing who is logged in before a fault could lock them out', remedy: IPROUTE},
  sysctl: {
    why: 'faults that change a kernel setting, such as running out of source ports',
    remedy: 'install procps: apt-get install procps',
  },
  prlimit: {
    why: 'faults that limit the open files or the memory of a process',
    remedy: 'install util-linux: apt-get install util-linux',
  },
  conntrack: {
    why: 'making a firewall or NAT forget its connections',
    remedy:
      'install conntrack: apt-get install conntrack; the kernel needs connection tracking (modprobe nf_conntrack_netlink)',
  },
  'socket-kill': {
    why: 'ending connections from outside (ss -K)',
    remedy: 'use a kernel with CONFIG_INET_DIAG_DESTROY, as root or in a lab',
  },
  faketime: {
    why: 'running a program at another time of day',
    remedy: 'install libfaketime: apt-get install faketime',
  },
  'time-namespaces': {
    why: 'running a program with another time since boot',
    remedy: 'use Linux 5.6 or later with CONFIG_TIME_NS, and util-linux 2.36 or later, as root',
  },
  'qdisc-netem': {
    why: 'delay, jitter, loss, duplication, corruption, reordering',
    remedy: `${NO_MODULE} sch_netem`,
  },
  'qdisc-tbf': {why: 'rate limits', remedy: `${NO_MODULE} sch_tbf`},
  'qdisc-htb': {
    why: 'rate limits, and shaping of a part of the traffic where prio is missing',
    remedy: `${NO_MODULE} sch_htb`,
  },
  'qdisc-prio': {
    why: 'shaping of a part of the traffic; htb does it as well',
    remedy: `${NO_MODULE} sch_prio`,
  },
  'qdisc-ingress': {why: 'shaping of arriving traffic', remedy: `${NO_MODULE} sch_ingress`},
  ifb: {why: 'shaping of arriving traffic', remedy: `${NO_MODULE} ifb`},
  bonding: {
    why: 'labs with bonded links',
    remedy: `${NO_MODULE} bonding max_bonds=0`,
  },
  ipv6: {
    why: 'probes and faults over IPv6',
    remedy: 'sysctl -w net.ipv6.conf.all.disable_ipv6=0, or boot without ipv6.disable=1',
  },
  webrtc: {
    why: 'WebRTC peers in labs',
    remedy: 'install the optional dependency werift: npm install werift',
  },
  mptcp: {
    why: 'probes, servers and drills of Multipath TCP',
    remedy: 'npm install koffi, a kernel with CONFIG_MPTCP (5.6 or newer), and sysctl -w net.mptcp.enabled=1',
  },
  clock: {
    why: 'figures in milliseconds need a clock of high resolution',
    remedy: 'choose another clock source: /sys/devices/system/clocksource/clocksource0/available_clocksource',
  },
}
