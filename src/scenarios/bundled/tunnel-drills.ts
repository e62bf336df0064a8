/** The drills on a client that keeps a connection. */
import {type BundledDrills, LAB} from './bundled-drill.ts'

export const TUNNEL_DRILLS = {
  'tunnel-network-errors': {
    file: 'tunnel-network-errors.yaml',
    topic: 'tunnel',
    summary: 'silence, reset, firewall and no route: four failures of a network, told apart',
    needs: LAB,
  },
  'tunnel-dns-errors': {
    file: 'tunnel-dns-errors.yaml',
    topic: 'tunnel',
    summary: 'five failures of a name server, told apart',
    needs: [],
  },
  'tunnel-tls-errors': {
    file: 'tunnel-tls-errors.yaml',
    topic: 'tunnel',
    summary: 'bad certificates, an alert, plain text and silence: six failures of TLS, told apart',
    needs: [],
  },
  'tunnel-bad-certificate': {
    file: 'tunnel-bad-certificate.yaml',
    topic: 'tunnel',
    summary: 'an expired certificate: one look and no ladder',
    needs: [],
  },
  'tunnel-silent-loss': {
    file: 'tunnel-silent-loss.yaml',
    topic: 'tunnel',
    summary: 'everything vanishes: checks find it as soon as their figures say',
    needs: LAB,
  },
  'tunnel-ladder': {
    file: 'tunnel-ladder.yaml',
    topic: 'tunnel',
    summary: 'a long refusal: fast retries, growing waits, a steady pace, and back within one step',
    needs: LAB,
  },
  'tunnel-exhausted': {
    file: 'tunnel-exhausted.yaml',
    topic: 'tunnel',
    summary: 'a policy without a last phase gives up after exactly its retries',
    needs: LAB,
  },
  'tunnel-presets': {
    file: 'tunnel-presets.yaml',
    topic: 'tunnel',
    summary: 'three policies through the same outage: who is back first, and who asks least',
    needs: LAB,
  },
  'tunnel-overload': {
    file: 'tunnel-overload.yaml',
    topic: 'tunnel',
    summary: 'a server answers 503 and says when to come back: it is not asked before',
    needs: [],
  },
  'tunnel-accept-then-close': {
    file: 'tunnel-accept-then-close.yaml',
    topic: 'tunnel',
    summary: 'connections are accepted and reset at once: that is no success',
    needs: [],
  },
  'tunnel-connection-limit': {
    file: 'tunnel-connection-limit.yaml',
    topic: 'tunnel',
    summary: 'no connection more is let in: seen at once, and back when there is room',
    needs: LAB,
  },
  'tunnel-token-refresh': {
    file: 'tunnel-token-refresh.yaml',
    topic: 'tunnel',
    summary: 'a token runs out under two clients: one new one is fetched, and both go on',
    needs: LAB,
  },
  'tunnel-credentials': {
    file: 'tunnel-credentials.yaml',
    topic: 'tunnel',
    summary: 'refused credentials: one question, one alert and no ladder',
    needs: [],
  },
  'tunnel-early-warning': {
    file: 'tunnel-early-warning.yaml',
    topic: 'tunnel',
    summary: 'a service gets slower and slower: a warning comes before it is called bad',
    needs: [],
  },
  'tunnel-states': {
    file: 'tunnel-states.yaml',
    topic: 'tunnel',
    summary: 'six connections, six troubles: each passes through exactly the states of its story',
    needs: [],
  },
  'tunnel-certificates': {
    file: 'tunnel-certificates.yaml',
    topic: 'tunnel',
    summary: 'six more certificates that must be refused, and why',
    needs: [],
  },
  'tunnel-handshake-errors': {
    file: 'tunnel-handshake-errors.yaml',
    topic: 'tunnel',
    summary: 'handshakes that find nothing in common, or break in the middle: six failures, told apart',
    needs: [],
  },
  'tunnel-http-errors': {
    file: 'tunnel-http-errors.yaml',
    topic: 'tunnel',
    summary: 'six failures of a server that answers, told apart',
    needs: [],
  },
  'tunnel-other-resolver': {
    file: 'tunnel-other-resolver.yaml',
    topic: 'tunnel',
    summary: 'a name server fails: another one is asked, but never about a name that does not exist',
    needs: LAB,
  },
  'tunnel-kept-connection': {
    file: 'tunnel-kept-connection.yaml',
    topic: 'tunnel',
    summary: 'a connection that stands is reset, dropped and killed: seen, and another one stands',
    needs: [...LAB, 'ss', 'socket-kill'],
  },
  'tunnel-no-ports-left': {
    file: 'tunnel-no-ports-left.yaml',
    topic: 'tunnel',
    summary: 'the own machine runs out of ports: told as such, and nobody else is blamed',
    needs: [...LAB, 'sysctl'],
  },
  'tunnel-server-hangs': {
    file: 'tunnel-server-hangs.yaml',
    topic: 'tunnel',
    summary: 'a stopped process: its port looks well, and only a request finds it',
    needs: LAB,
  },
  'tunnel-slow-flow': {
    file: 'tunnel-slow-flow.yaml',
    topic: 'tunnel',
    summary: 'a flow that is thin, late, or fails at times: degraded and never lost',
    needs: [],
  },
  'tunnel-alerts': {
    file: 'tunnel-alerts.yaml',
    topic: 'tunnel',
    summary: 'a blip and an outage: two alerts stay silent, then fire once each in time, and are over',
    needs: LAB,
  },
} as const satisfies BundledDrills
