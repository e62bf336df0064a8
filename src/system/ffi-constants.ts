/** Numbers of the Linux socket API, equal on all little-endian 64-bit architectures that Node runs on. */
export const AF_INET = 2
export const AF_INET6 = 10
export const AF_PACKET = 17
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const SOCK_NONBLOCK = 0x800
export const SOCK_CLOEXEC = 0x8_0000
export const IPPROTO_IP = 0
export const IPPROTO_ICMP = 1
export const IPPROTO_TCP = 6
export const IPPROTO_IPV6 = 41
export const IPPROTO_ICMPV6 = 58
export const SOL_SOCKET = 1
export const SOL_RAW = 255
/** Options of packet sockets (linux/if_packet.h). */
export const SOL_PACKET = 263
export const PACKET_STATISTICS = 6
export const PACKET_VNET_HDR = 15
export const PACKET_IGNORE_OUTGOING = 23
/** Every protocol (linux/if_ether.h). */
export const ETH_P_ALL = 3
export const SOL_ICMPV6 = 58

export const SO_REUSEADDR = 2
export const SO_RCVBUF = 8
/** `struct ucred` of whoever connected (unix(7)). */
export const SO_PEERCRED = 17
/** Beyond net.core.rmem_max; needs CAP_NET_ADMIN in the first user namespace. */
export const SO_RCVBUFFORCE = 33
export const SO_BINDTODEVICE = 25
/** Nanosecond receive stamps of CLOCK_REALTIME; the control message has the same number (socket(7)). */
export const SO_TIMESTAMPNS = 35

export const IP_TOS = 1
export const IP_TTL = 2
export const IP_MTU_DISCOVER = 10
export const IP_RECVERR = 11
export const IP_RECVTTL = 12
export const IPV6_UNICAST_HOPS = 16
export const IPV6_MTU_DISCOVER = 23
export const IPV6_RECVERR = 25
export const IPV6_RECVHOPLIMIT = 51
export const IPV6_HOPLIMIT = 52
export const IPV6_DONTFRAG = 62
export const IPV6_TCLASS = 67
/** DF on every packet, and no regard to the remembered path MTU (ip(7)); the same number for IPv6. */
export const PMTUDISC_PROBE = 3
export const ICMP_FILTER = 1
export const ICMPV6_FILTER = 1

export const MSG_DONTWAIT = 0x40
export const MSG_ERRQUEUE = 0x2000

/** Who put an entry into the error queue (linux/errqueue.h). */
export const SO_EE_ORIGIN = {none: 0, local: 1, icmp: 2, icmp6: 3} as const
