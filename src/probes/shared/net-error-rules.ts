/** Which failure an error code of a socket means, depending on where it came from. */
import type {FailureCode} from '../../core/codes/index.ts'
import type {Family} from '../../core/outcome.ts'
import type {NetError} from '../../core/ports.ts'
import type {Stage} from '../../core/failure.ts'

export interface Circumstances {
  readonly error: NetError
  /** The step that was under way. */
  readonly stage: Stage
  readonly family: Family | null
}

export interface Rule {
  readonly code: FailureCode
  /** What happened, as the end of a sentence that begins with the peer. */
  readonly say: string
  /** Absent: always. */
  readonly when?: (circumstances: Circumstances) => boolean
  /** Keeps the step that was under way instead of the code's usual stage. */
  readonly here?: true
  readonly advice?: readonly string[]
}

const LOCAL = (it: Circumstances): boolean => it.error.local === true
const V6 = (it: Circumstances): boolean => it.family === 6
const CONNECTING = (it: Circumstances): boolean => it.stage === 'connect' || it.stage === 'route'
const BINDING = (it: Circumstances): boolean => it.error.syscall === 'bind'
const SETTING = (it: Circumstances): boolean => it.error.syscall === 'setsockopt'
const SENDING = (it: Circumstances): boolean => it.error.syscall === 'send' || it.error.syscall === 'sendmsg'

/** The first rule that applies decides. Codes are Linux's; other systems use the same names for the same things. */
export const NET_ERROR_RULES: Readonly<Record<string, readonly Rule[]>> = {
  ECONNREFUSED: [{code: 'TCP_REFUSED', say: 'refused the connection', here: true}],
  ECONNRESET: [
    // Linux says this in connect only after the handshake: a RST to the SYN itself is ECONNREFUSED.
    {code: 'TCP_RESET', when: CONNECTING, say: 'accepted the connection and reset it at once'},
    {code: 'TCP_RESET', say: 'reset the connection', here: true},
  ],
  EPIPE: [{code: 'TCP_RESET', say: 'has closed the connection already', here: true}],
  ECONNABORTED: [{code: 'TCP_RESET', say: 'lost the connection: it was aborted on this machine', here: true}],
  ENETRESET: [{code: 'TCP_RESET', say: 'lost the connection: the network reset it', here: true}],
  ENOTCONN: [{code: 'TCP_RESET', say: 'is not connected any more', here: true}],
  ETIMEDOUT: [
    {code: 'TCP_TIMEOUT', when: CONNECTING, say: 'did not answer until the kernel gave up'},
    {code: 'TCP_TIMEOUT', say: 'stopped acknowledging until the kernel gave up', here: true},
  ],
  ENETUNREACH: [
    {code: 'NET_NO_ROUTE', when: LOCAL, say: 'has no route on this machine'},
    {code: 'NET_UNREACHABLE', say: 'was reported unreachable (network unreachable)'},
  ],
  EHOSTUNREACH: [
    {
      code: 'NET_NO_ROUTE',
      when: LOCAL,
      say: 'is behind an unreachable route of this machine',
      advice: ['look for unreachable routes: ip route show table all'],
    },
    {
      code: 'NET_UNREACHABLE',
      say: 'was reported unreachable; the ICMP message behind it could not be read, and a firewall that forbids may look the same',
    },
  ],
  EHOSTDOWN: [{code: 'NET_UNREACHABLE', say: 'was reported down or unknown'}],
  ENONET: [{code: 'NET_UNREACHABLE', say: 'was reported isolated'}],
  ENOPROTOOPT: [
    {code: 'LOCAL_PERMISSION', when: SETTING, say: 'needs a socket option that this kernel lacks'},
    {code: 'NET_UNREACHABLE', say: 'does not speak this protocol (ICMP protocol unreachable)'},
  ],
  EACCES: [
    {code: 'LOCAL_PERMISSION', when: BINDING, say: 'needs a local port that this user may not use'},
    {code: 'NET_LOCAL_POLICY', when: LOCAL, say: 'is behind a prohibit route of this machine'},
    // Linux turns the ICMPv6 codes 1, 5 and 6 into this (net/ipv6/icmp.c, tab_unreach).
    {code: 'NET_ADMIN_PROHIBITED', when: V6, say: 'is administratively prohibited, says an ICMPv6 message'},
    {code: 'NET_LOCAL_POLICY', say: 'may not be reached, says this machine'},
  ],
  EPERM: [
    {
      code: 'LOCAL_INTERFACE',
      when: SETTING,
      say: 'can not be reached from there: binding to it is not permitted',
    },
    {code: 'LOCAL_PERMISSION', when: BINDING, say: 'needs a local port that this user may not use'},
    {code: 'NET_LOCAL_POLICY', say: 'may not be reached: a local firewall or policy forbids it'},
  ],
  EINVAL: [
    // What a route of type blackhole answers.
    {code: 'NET_LOCAL_POLICY', when: LOCAL, say: 'is behind a blackhole route of this machine'},
    {code: 'NET_LOCAL_POLICY', when: SENDING, say: 'is behind a blackhole route of this machine'},
  ],
  EADDRNOTAVAIL: [
    {
      code: 'LOCAL_ADDRESS',
      when: BINDING,
      say: 'can not be reached from an address that this machine does not have',
    },
    {
      code: 'NET_FAMILY_DISABLED',
      when: V6,
      say: 'can not be reached: this machine has no IPv6 address to send from, or no free local port',
    },
    {code: 'LOCAL_PORTS_EXHAUSTED', say: 'can not be reached: no free local port towards it'},
  ],
  EADDRINUSE: [{code: 'LOCAL_PORTS_EXHAUSTED', say: 'can not be reached: the local port is in use'}],
  EMFILE: [{code: 'LOCAL_FILES_EXHAUSTED', say: 'was not tried: this process has too many open files'}],
  ENFILE: [{code: 'LOCAL_FILES_EXHAUSTED', say: 'was not tried: the system has too many open files'}],
  ENOBUFS: [{code: 'LOCAL_MEMORY', say: 'was not reached: no buffer space', here: true}],
  ENOMEM: [{code: 'LOCAL_MEMORY', say: 'was not reached: no memory', here: true}],
  ENETDOWN: [{code: 'NET_DOWN', say: 'can not be reached: the interface is down or has no address'}],
  ENODEV: [
    {code: 'LOCAL_INTERFACE', when: SETTING, say: 'was not tried: there is no such interface'},
    {code: 'NET_DOWN', say: 'can not be reached: the interface is gone'},
  ],
  ENXIO: [{code: 'NET_DOWN', say: 'can not be reached: the interface is gone'}],
  ENOTSUP: [
    {
      code: 'LOCAL_INTERFACE',
      when: SETTING,
      say: 'was not tried: binding to an interface needs the optional package koffi on Linux',
      advice: ['use --source with an address of the interface instead', 'install koffi'],
    },
  ],
  EMSGSIZE: [{code: 'NET_PMTU', say: 'can not be reached with packets of this size'}],
  EAFNOSUPPORT: [{code: 'NET_FAMILY_DISABLED', say: 'needs an address family that this machine lacks'}],
  EPROTONOSUPPORT: [{code: 'NET_FAMILY_DISABLED', say: 'needs a protocol that this machine lacks'}],
  ESOCKTNOSUPPORT: [{code: 'NET_FAMILY_DISABLED', say: 'needs a socket type that this machine lacks'}],
  ERR_INVALID_IP_ADDRESS: [{code: 'LOCAL_ADDRESS', say: 'and the source address are of different families'}],
  ABORT_ERR: [{code: 'CANCELLED', say: 'was cancelled', here: true}],
  ECANCELED: [{code: 'CANCELLED', say: 'was cancelled', here: true}],
}
