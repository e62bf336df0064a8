/** The drills that come with netdrill. A new one adds its YAML file and one line here. */
import type {Capability} from '../../core/capabilities.ts'

/** What a drill is about, in the order of the list. */
export const DRILL_TOPICS = {
  start: 'to begin with',
  bonding: 'two paths of one machine',
  relay: 'a direct path and a relay',
  mobility: 'networks that change',
  tunnel: 'a client that keeps a connection',
  retry: 'retries of many',
} as const

export interface BundledDrill {
  readonly file: string
  readonly topic: keyof typeof DRILL_TOPICS
  /** For `drill list`; lower case, no full stop. */
  readonly summary: string
  /** Without these it ends with exit 6. */
  readonly needs: readonly Capability[]
  /** Delays or loses packets in its lab: by the kernel's netem, or on links that netdrill carries itself. */
  readonly impairs?: true
}

/** Kernel faults in namespaces. */
const LAB = ['ip', 'nft', 'network-namespaces'] as const

/** And bonds of the kernel. */
const BOND = [...LAB, 'bonding'] as const

export const BUNDLED_DRILLS = {
  demo: {
    file: 'demo.yaml',
    topic: 'start',
    summary: 'a slow phase and an outage against embedded servers: runs anywhere',
    needs: [],
  },
  partition: {
    file: 'partition.yaml',
    topic: 'start',
    summary: 'a firewall drops everything between client and server, then heals',
    needs: LAB,
  },
  'lossy-link': {
    file: 'lossy-link.yaml',
    topic: 'start',
    summary: 'delay and packet loss on a link, measured against what was asked',
    needs: LAB,
    impairs: true,
  },
  'path-failover': {
    file: 'path-failover.yaml',
    topic: 'bonding',
    summary: 'one of two paths goes silent: the group switches to the other, and back once it is good again',
    needs: LAB,
  },
  'bonding-link-loss': {
    file: 'bonding-link-loss.yaml',
    topic: 'bonding',
    summary: 'the device of one path goes down: the kernel tells, and the other path takes over at once',
    needs: LAB,
  },
  'bonding-carrier-loss': {
    file: 'bonding-carrier-loss.yaml',
    topic: 'bonding',
    summary: "the peer's end of one path goes down: no carrier, the other path takes over",
    needs: LAB,
  },
  'bonding-standby-dies': {
    file: 'bonding-standby-dies.yaml',
    topic: 'bonding',
    summary: 'the path that stands by goes silent: told, without any switch',
    needs: LAB,
  },
  'bonding-both-paths': {
    file: 'bonding-both-paths.yaml',
    topic: 'bonding',
    summary: 'both paths fail one after the other: told as such, and back with the first that returns',
    needs: LAB,
  },
  'bonding-flapping-link': {
    file: 'bonding-flapping-link.yaml',
    topic: 'bonding',
    summary: 'a path comes and goes four times: it is left once, and not taken again',
    needs: LAB,
  },
  'bonding-failback-never': {
    file: 'bonding-failback-never.yaml',
    topic: 'bonding',
    summary: 'a path comes back, and the one that took over is kept',
    needs: LAB,
  },
  'bond-link-loss': {
    file: 'bond-link-loss.yaml',
    topic: 'bonding',
    summary: "the cable in use under the kernel's own bond goes dark: the other one takes over",
    needs: BOND,
  },
  'bond-failback': {
    file: 'bond-failback.yaml',
    topic: 'bonding',
    summary: 'the preferred cable of a bond comes back: it is taken again at once, or never',
    needs: BOND,
  },
  'bonding-neutral-band': {
    file: 'bonding-neutral-band.yaml',
    topic: 'bonding',
    summary: 'a delay sways between good and bad: no switch, until it is bad for good',
    needs: [],
  },
  'mptcp-setup-failure': {
    file: 'mptcp-setup-failure.yaml',
    topic: 'bonding',
    summary:
      'the option of MPTCP is stripped, then swallowed: by TCP in time, and MPTCP again after each heal',
    needs: [...LAB, 'mptcp'],
  },
  'mptcp-subflow-loss': {
    file: 'mptcp-subflow-loss.yaml',
    topic: 'bonding',
    summary: 'one of two subflows goes silent: the stream goes on over the other, and has both again',
    needs: [...LAB, 'mptcp'],
  },
  'relay-fallback': {
    file: 'relay-fallback.yaml',
    topic: 'relay',
    summary: 'the direct path goes silent: found within 1s, switched within 100ms, out for less than 2s',
    needs: LAB,
  },
  'relay-error-table': {
    file: 'relay-error-table.yaml',
    topic: 'relay',
    summary:
      'silence, reset, firewall and no route on the direct path: each has its code, each ends on the relay',
    needs: LAB,
  },
  'relay-forced-fallback': {
    file: 'relay-forced-fallback.yaml',
    topic: 'relay',
    summary: 'the direct path is blocked again and again: after a few switches the relay is kept',
    needs: LAB,
  },
  'relay-all-down': {
    file: 'relay-all-down.yaml',
    topic: 'relay',
    summary: 'direct path and relay fail together: told as such, and back with the first that returns',
    needs: LAB,
  },
  'relay-slow-direct': {
    file: 'relay-slow-direct.yaml',
    topic: 'relay',
    summary: 'the direct path gets slow without any loss: the relay is taken until it is fast again',
    needs: LAB,
  },
  'relay-cold': {
    file: 'relay-cold.yaml',
    topic: 'relay',
    summary: 'the direct path goes silent: what a relay costs that is warm, cold, or slow to connect to',
    needs: LAB,
  },
  'relay-return-stages': {
    file: 'relay-return-stages.yaml',
    topic: 'relay',
    summary:
      'the way back fails at each of its five stages: the stream stays where it works, and loses nothing',
    needs: LAB,
  },
  'relay-adaptive-interval': {
    file: 'relay-adaptive-interval.yaml',
    topic: 'relay',
    summary: 'the direct path is gone for long: it is asked for ever more rarely, and is back all the same',
    needs: LAB,
  },
  'network-change-silence': {
    file: 'network-change-silence.yaml',
    topic: 'mobility',
    summary: 'a peer falls silent: noticed in time, and back by a restart with new credentials',
    needs: LAB,
  },
  'network-change-forged-packets': {
    file: 'network-change-forged-packets.yaml',
    topic: 'mobility',
    summary: 'forged packets disturb no peer, and keep no dead one alive',
    needs: LAB,
  },
  'network-change-nat-rebinding': {
    file: 'network-change-nat-rebinding.yaml',
    topic: 'mobility',
    summary: 'a NAT gives a peer another port: it is learnt anew, and nothing restarts',
    needs: [...LAB, 'conntrack'],
  },
  'network-change-restart-budget': {
    file: 'network-change-restart-budget.yaml',
    topic: 'mobility',
    summary: 'restarts that helped are given back for the next incident',
    needs: LAB,
  },
  'relay-websocket-errors': {
    file: 'relay-websocket-errors.yaml',
    topic: 'relay',
    summary: 'five ways in which the WebSocket of a relay ends, told apart',
    needs: [],
  },
  'mobility-address-change': {
    file: 'mobility-address-change.yaml',
    topic: 'mobility',
    summary: "the client's address is taken away: another path carries on until it is back",
    needs: LAB,
  },
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
  'retry-profiles': {
    file: 'retry-profiles.yaml',
    topic: 'retry',
    summary: 'three profiles of a peer-to-peer network through one outage',
    needs: LAB,
  },
  'retry-quorum': {
    file: 'retry-quorum.yaml',
    topic: 'retry',
    summary: 'four bootstrap nodes die one after the other: well, degraded, lost, and well again',
    needs: LAB,
  },
  'retry-breaker': {
    file: 'retry-breaker.yaml',
    topic: 'retry',
    summary: 'a circuit breaker asks a dead server far less than plain retries, and is back soon',
    needs: LAB,
  },
  'retry-rate-limit': {
    file: 'retry-rate-limit.yaml',
    topic: 'retry',
    summary: 'three clients of one host share its rate of attempts',
    needs: LAB,
  },
  'retry-reset-on-success': {
    file: 'retry-reset-on-success.yaml',
    topic: 'retry',
    summary: 'a server comes and goes: who gets attempts back goes on, who counts for life gives up',
    needs: LAB,
  },
  'retry-adaptive-backoff': {
    file: 'retry-adaptive-backoff.yaml',
    topic: 'retry',
    summary: 'timeouts learnt from answers: short for a near server, patient with a far one',
    needs: [],
  },
  'retry-priority': {
    file: 'retry-priority.yaml',
    topic: 'retry',
    summary: 'four clients queue for one host: the critical one first, the others in their turn',
    needs: LAB,
  },
  'retry-thundering-herd': {
    file: 'retry-thundering-herd.yaml',
    topic: 'retry',
    summary: 'two herds of 200 clients lose their server: how they come back without jitter, and with it',
    needs: LAB,
  },
  'retry-silent-server': {
    file: 'retry-silent-server.yaml',
    topic: 'retry',
    summary: 'a server accepts and says nothing: each attempt ends on time',
    needs: [],
  },
  'webrtc-short-blackout': {
    file: 'webrtc-short-blackout.yaml',
    topic: 'mobility',
    summary: 'a WebRTC call sits out a blackout of one second, without a restart of ICE',
    needs: [...LAB, 'webrtc'],
  },
  'webrtc-restart-budget': {
    file: 'webrtc-restart-budget.yaml',
    topic: 'mobility',
    summary: 'the only link of a WebRTC call is cut: two restarts of ICE in vain, and no more',
    needs: [...LAB, 'webrtc'],
  },
  'webrtc-ice-restart': {
    file: 'webrtc-ice-restart.yaml',
    topic: 'mobility',
    summary:
      'the link under two WebRTC calls is cut: one restarts ICE and moves to the other link, one does not',
    needs: ['ip', 'nft', 'network-namespaces', 'webrtc'],
  },
} as const satisfies Readonly<Record<string, BundledDrill>>

export type BundledName = keyof typeof BUNDLED_DRILLS

export function isBundled(name: string): name is BundledName {
  return Object.hasOwn(BUNDLED_DRILLS, name)
}
