/** The peers of a watch, folded from its events: the record of each while there is one. */
import type {RunEvent} from '../core/events.ts'
import type {PeerHealth, PeerInfo, PeerState} from '../core/peer-events.ts'
import type {Millis} from '../core/units.ts'

export interface MonitoredPeer {
  readonly info: PeerInfo
  readonly state: PeerState
  readonly since: Millis
  /** As of the last look; null before the first. */
  readonly health: PeerHealth | null
}

export class PeerFacts {
  readonly #peers = new Map<string, MonitoredPeer>()

  peers(): readonly MonitoredPeer[] {
    return [...this.#peers.values()]
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'peer-added':
        this.#peers.set(event.info.name, {info: event.info, state: 'new', since: event.at, health: null})
        return
      case 'peer-state':
        // The watch has ended: how the peer stood is of more interest.
        if (event.to === 'closed') return
        this.#update(event.peer, {state: event.to, since: event.at})
        if (event.health) this.#update(event.peer, {health: event.health})
        return
      case 'peer-check':
        this.#update(event.peer, {health: event.health})
        return
      case 'peer-removed':
        if (event.because !== 'the watch ended') this.#peers.delete(event.peer)
        return
      default:
    }
  }

  #update(name: string, change: Partial<MonitoredPeer>): void {
    const old = this.#peers.get(name)
    if (old) this.#peers.set(name, {...old, ...change})
  }
}

/** In the words of the status document; times in seconds. */
export function peerStatus({info, state, since, health}: MonitoredPeer, now: Millis) {
  return {
    name: info.name,
    role: info.role,
    remote: info.remote,
    state,
    since_seconds: seconds(now - since),
    detection_seconds: {worst: seconds(info.detection.worst), mean: seconds(info.detection.mean)},
    ...healthStatus(health ?? NOTHING),
    consent_seconds: {
      since_answer: typeof health?.consent === 'number' ? seconds(health.consent) : null,
      interval: info.consent ? seconds(info.consent.interval) : null,
      timeout: info.consent ? seconds(info.consent.timeout) : null,
    },
    restarts_left:
      info.maxRestarts === undefined ? null : Math.max(0, info.maxRestarts - (health?.restarts ?? 0)),
  }
}

const NOTHING: Omit<PeerHealth, 'state' | 'locals'> = {
  ...{idle: null, failures: 0, restarts: 0, restartsTotal: 0, selected: null},
  ...{sent: 0, received: 0, forged: 0, unknown: 0, sendErrors: 0},
}

function healthStatus(health: typeof NOTHING) {
  const {selected, idle, failures, restarts, restartsTotal, sent, received, forged, unknown, sendErrors} =
    health
  return {
    selected,
    idle_seconds: idle === null ? null : seconds(idle),
    failures,
    restarts,
    restarts_total: restartsTotal,
    packets: {sent, received, forged, unknown, send_errors: sendErrors},
  }
}

function seconds(ms: Millis): number {
  return Math.round(ms) / 1000
}
