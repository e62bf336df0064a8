import {failureTable} from './entry.ts'

/** WebSocket connections (RFC 6455). What refuses the upgrade with a status has the code of that status. */
export const WEBSOCKET_FAILURES = failureTable({
  WS_NOT_UPGRADED: {
    stage: 'receive',
    category: 'protocol',
    detail: 'http',
    blame: 'target',
    retry: 'never',
    title: 'an answer, but no WebSocket',
    meaning:
      'The server answered the upgrade with a status below 400 that is not 101: this path serves plain HTTP, or a proxy on the way drops the upgrade.',
    advice: [
      'check the path',
      'let the proxy pass it on: nginx needs proxy_http_version 1.1 and the headers Upgrade and Connection',
    ],
  },
  WS_BAD_ACCEPT: {
    stage: 'receive',
    category: 'protocol',
    detail: 'malformed',
    blame: 'target',
    retry: 'never',
    title: 'the upgrade proves nothing',
    meaning:
      'The server switched protocols (101), but what it sent does not belong to our request: a wrong or missing Sec-WebSocket-Accept, or something that was not offered (RFC 6455 §4.1). A cache or another service may have answered.',
    advice: ['check what answers on this path', 'compare with a direct connection past proxies'],
  },
  WS_MALFORMED: {
    stage: 'receive',
    category: 'protocol',
    detail: 'malformed',
    blame: 'target',
    retry: 'never',
    title: 'frames that break the protocol',
    meaning: 'The connection stood, then came something that RFC 6455 §5 does not allow.',
    advice: ['check the server and what is in between', 'compare with a direct connection past proxies'],
  },
  WS_CLOSED: {
    stage: 'receive',
    category: 'network',
    detail: 'reset',
    blame: 'target',
    retry: 'ladder',
    title: 'closed by the server with a close frame',
    meaning:
      'The server ended the connection in an orderly way and said why by a code (RFC 6455 §7.4): 1000 done, 1001 going away, 1002 and 1007 not pleased with our frames, 1011 an error of its own.',
    advice: ["look into the server's log at this time", 'an idle limit closes too: shorten the interval'],
  },
  WS_CLOSED_POLICY: {
    stage: 'receive',
    category: 'authentication',
    detail: 'credential',
    blame: 'usage',
    retry: 'never',
    title: 'closed by the server: not allowed',
    meaning:
      'The close frame says that a rule of the server was broken (1008), or that we are not, or not enough, authorised (3000, 3003).',
    advice: ['give credentials: --bearer or --basic', 'check the origin and the rights of the account'],
  },
  WS_CLOSED_BUSY: {
    stage: 'receive',
    category: 'resource',
    detail: 'remote',
    blame: 'target',
    retry: 'backoff',
    title: 'closed by the server: come back later',
    meaning: 'The close frame says that the service restarts (1012) or is overloaded (1013).',
    advice: ['wait before the next attempt', 'check the load of the service'],
  },
  WS_DROPPED: {
    stage: 'receive',
    category: 'network',
    detail: 'reset',
    blame: 'target',
    retry: 'ladder',
    title: 'ended without a close frame',
    meaning:
      'The connection ended with a FIN and no close frame before it (what APIs show as 1006): its process ended, or a proxy in between gave up on it.',
    advice: ["look into the server's log", 'look at the idle timeouts of proxies on the way'],
  },
  WS_PONG_TIMEOUT: {
    stage: 'receive',
    category: 'network',
    detail: 'timeout',
    blame: 'path',
    retry: 'ladder',
    title: 'no pong',
    meaning:
      'The connection stands as far as TCP knows, but no pong came for our ping. Pongs for other pings do not count. Either the path swallows packets silently, or the server hangs.',
    advice: [
      'probe another port of the same host, to tell path and process apart',
      'look for a firewall or NAT that forgets connections',
      'allow more time: --pong-timeout',
    ],
  },
})
