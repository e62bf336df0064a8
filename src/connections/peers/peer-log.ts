/** The state of a peer, and the actions that wait to be taken. */
import type {PeerEvent, PeerState, PeerStep} from '../../core/peer-events.ts'
import type {Action} from './actions.ts'

export class PeerLog {
  readonly #peer: string
  #actions: Action[] = []
  #state: PeerState = 'new'

  constructor(peer: string) {
    this.#peer = peer
  }

  get state(): PeerState {
    return this.#state
  }

  take(): readonly Action[] {
    return this.#actions.splice(0)
  }

  order(...actions: readonly Action[]): void {
    this.#actions.push(...actions)
  }

  tell(event: PeerEvent): void {
    this.#actions.push({type: 'tell', event})
  }

  step(step: PeerStep, level: 'info' | 'warning' | 'error', text: string): void {
    this.tell({type: 'peer-step', peer: this.#peer, step, level, text})
  }

  become(to: PeerState, because: string): void {
    const from = this.#state
    if (from === to) return
    this.#state = to
    this.tell({type: 'peer-state', peer: this.#peer, from, to, because})
  }
}
