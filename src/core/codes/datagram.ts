import {failureTable} from './entry.ts'

/** Datagrams that ask for an answer: plain UDP, and STUN (RFC 8489). */
export const DATAGRAM_FAILURES = failureTable({
  UDP_CLOSED: {
    stage: 'receive',
    category: 'network',
    detail: 'refused',
    blame: 'target',
    retry: 'ladder',
    title: 'port closed for UDP',
    meaning: 'The host answered with ICMP port unreachable: it is up, and nothing listens on this UDP port.',
    advice: [
      'check that the service runs and listens on this address: ss -lun',
      'check the port number',
      'a firewall that rejects looks the same: look for reject rules on the host',
    ],
  },
  UDP_NO_REPLY: {
    stage: 'receive',
    category: 'network',
    detail: 'timeout',
    blame: 'path',
    retry: 'ladder',
    title: 'no reply to the datagram',
    meaning:
      "Nothing came back before the deadline, neither a reply nor an ICMP error. The port is open and its service doesn't answer what was sent, or a firewall drops it: silence can't tell them apart (open|filtered).",
    advice: [
      'send what the service answers: --send TEXT, --send hex:…, or --preset',
      'where silence is fine, say so: --expect "code != UDP_CLOSED"',
      'probe a TCP port of the same host, to see that it is up',
    ],
  },
  STUN_NO_REPLY: {
    stage: 'receive',
    category: 'network',
    detail: 'timeout',
    blame: 'path',
    retry: 'ladder',
    title: 'no answer from the STUN server',
    meaning:
      'No answer to the binding request came before the deadline: the server is down, a firewall drops UDP, or the datagram was lost.',
    advice: [
      'find out whether UDP is blocked on the way: --tcp',
      'send it again as RFC 8489 does, against loss: --retransmit',
      'ask another STUN server',
    ],
  },
  STUN_UDP_BLOCKED: {
    stage: 'receive',
    category: 'network',
    detail: 'prohibited',
    blame: 'path',
    retry: 'fallback',
    title: 'no way through for UDP',
    meaning:
      'The STUN server gave no answer over UDP, while its host accepts TCP connections: a firewall on the way most likely drops UDP.',
    advice: [
      'allow UDP to the port of the server',
      'use TURN over TCP or TLS meanwhile',
      'ask another STUN server: one server alone may be at fault',
    ],
  },
  STUN_MALFORMED: {
    stage: 'receive',
    category: 'protocol',
    detail: 'malformed',
    blame: 'target',
    retry: 'never',
    title: 'not a valid STUN answer',
    meaning:
      'An answer came from the address that was asked, but it is no STUN message as RFC 8489 defines it, or it lacks the mapped address.',
    advice: ['check that a STUN server listens on this port', 'look at the answer: tcpdump -X udp port 3478'],
  },
  STUN_ERROR_RESPONSE: {
    stage: 'receive',
    category: 'protocol',
    detail: 'refused',
    blame: 'target',
    retry: 'backoff',
    title: 'the STUN server answered with an error',
    meaning:
      'The server understood that it was asked and refused with an error code (RFC 8489 section 14.8), such as 400 or 500.',
    advice: ["look into the server's log", 'ask another STUN server'],
  },
  STUN_TRY_ALTERNATE: {
    stage: 'receive',
    category: 'protocol',
    detail: 'redirect',
    blame: 'target',
    retry: 'fallback',
    title: 'the STUN server names another one',
    meaning:
      'The server answered 300 Try Alternate: another server should be asked (RFC 8489 section 10), often since it is drained.',
    advice: ['probe the server that the message names'],
  },
  STUN_UNAUTHORIZED: {
    stage: 'receive',
    category: 'authentication',
    detail: 'credential',
    blame: 'target',
    retry: 'never',
    title: 'the STUN server wants credentials',
    meaning:
      'The server answered 401: it serves binding requests only to users with a password (RFC 8489 section 9).',
    advice: ['use a server that answers without credentials', 'coturn: turn off secure-stun'],
  },
  STUN_NO_OTHER_ADDRESS: {
    stage: 'receive',
    category: 'protocol',
    detail: 'refused',
    blame: 'target',
    retry: 'never',
    title: 'the STUN server names no second address',
    meaning:
      'The mapping was asked for, and the server does not take part in RFC 5780: its answer lacks OTHER-ADDRESS.',
    advice: ['name a second server: --second SERVER', 'coturn needs two addresses for it, and no no-rfc5780'],
  },
  STUN_UNKNOWN_ATTRIBUTE: {
    stage: 'receive',
    category: 'protocol',
    detail: 'refused',
    blame: 'target',
    retry: 'never',
    title: 'the STUN server does not know an attribute',
    meaning: 'The server answered 420: the request holds a required attribute that it does not understand.',
    advice: ['update the server: a plain binding request holds no such attribute'],
  },
})
