import {failureTable} from './entry.ts'

/** The stream that is carried over the paths of a group, and the way back to the preferred one. */
export const STREAM_FAILURES = failureTable({
  LISTEN_IN_USE: {
    stage: 'connect',
    category: 'resource',
    detail: 'local',
    blame: 'local',
    retry: 'ladder',
    title: 'the port to listen on is in use',
    meaning:
      'Another program listens on the address and port of stream.listen (EADDRINUSE), so nobody can connect to us.',
    advice: [
      'find the program: ss -ltnp',
      'leave the port out: any free one is taken and told to the other end',
    ],
  },
  INBOUND_BLOCKED: {
    stage: 'connect',
    category: 'network',
    detail: 'inbound',
    blame: 'path',
    retry: 'ladder',
    title: 'the other end did not reach our listener',
    meaning:
      'We listen, and the other end was told where, over the relay; no connection from it arrived in time. Outgoing connections may work all the same.',
    advice: [
      'look for a firewall or NAT before this machine that stops connections from outside',
      'check that stream.listen.address is one that the other end can reach',
    ],
  },
  STREAM_KEY_REFUSED: {
    stage: 'assert',
    category: 'authentication',
    detail: 'key',
    blame: 'target',
    retry: 'never',
    title: 'the other end has another key',
    meaning:
      'Who answered on this path could not prove that it has the key of the stream, or did not accept our proof: another program, an attacker, or a key that was changed on one side only.',
    advice: ['compare stream.key on both ends', 'check who answers on this address before you trust it'],
  },
  STREAM_STALLED: {
    stage: 'receive',
    category: 'network',
    detail: 'timeout',
    blame: 'path',
    retry: 'ladder',
    title: 'the stream did not come through on the new path',
    meaning:
      'The connection came up and its handshake succeeded, but the messages sent over it were not confirmed: the path carries the first octets and no more.',
    advice: [
      'look for a small MTU or a firewall that forgets: netdrill diagnose TARGET',
      'the stream went on over the path that it was on',
    ],
  },
  RELAY_CLOSE_TIMEOUT: {
    stage: 'receive',
    category: 'resource',
    detail: 'timeout',
    blame: 'target',
    retry: 'never',
    title: 'the path that was left did not close',
    meaning:
      'The stream is on the preferred path already; the other end of the old connection did not answer our goodbye, so it was cut off.',
    advice: ['nothing is lost; look for connections that pile up on the relay'],
  },
})
