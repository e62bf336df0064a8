/** One peer as the terminal shows it. */
import type {RunEvent} from '../core/events.ts'
import type {PeerEvent, PeerHealth, PeerInfo, PeerState} from '../core/peer-events.ts'
import type {Millis} from '../core/units.ts'

export interface PeerView {
  readonly info: PeerInfo
  readonly state: PeerState
  readonly since: Millis
  readonly because: string
  /** As of `seenAt`; null before the first look. */
  readonly health: PeerHealth | null
  readonly seenAt: Millis
  /** The last steps of its life, oldest first. */
  readonly steps: readonly PeerStepView[]
}

export interface PeerStepView {
  readonly at: Millis
  readonly step: string
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
}

const MOST_STEPS = 20

/** The peers after an event, in the order of the document; events of unknown peers change nothing. */
export function foldPeers(peers: readonly PeerView[], event: RunEvent & PeerEvent): readonly PeerView[] {
  switch (event.type) {
    case 'peer-added': {
      const others = peers.filter(({info}) => info.name !== event.info.name)
      return [...others, newPeer(event.info, event.at)]
    }
    case 'peer-removed':
      // The watch has ended: how the peer stood is of more interest.
      return event.because === 'the watch ended' ? peers : peers.filter(({info}) => info.name !== event.peer)
    case 'peer-state': {
      const {to: state, at: since, because, health} = event
      if (state === 'closed') return peers
      const record = health ? {health, seenAt: event.at} : {}
      return change(peers, event.peer, () => ({state, since, because, ...record}))
    }
    case 'peer-check':
      return change(peers, event.peer, () => ({health: event.health, seenAt: event.at}))
    case 'peer-step': {
      const {at, step, level, text} = event
      return change(peers, event.peer, ({steps}) => ({
        steps: [...steps, {at, step, level, text}].slice(-MOST_STEPS),
      }))
    }
  }
}

function change(
  peers: readonly PeerView[],
  name: string,
  by: (old: PeerView) => Partial<PeerView>,
): readonly PeerView[] {
  return peers.map((peer) => (peer.info.name === name ? {...peer, ...by(peer)} : peer))
}

function newPeer(info: PeerInfo, at: Millis): PeerView {
  return {info, state: 'new', since: at, because: '', health: null, seenAt: at, steps: []}
}
