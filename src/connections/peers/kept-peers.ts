/** The peers that one node of a drill keeps. What they tell peers of other nodes goes through whoever runs the drill. */
import type {EmitEvent} from '../../core/events.ts'
import type {PeerSpec, SignalSpec} from '../../core/peer-spec.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {type SignalMessage, parseSignal} from './offer.ts'
import {type Signal, openSignal} from './signal.ts'
import {WatchPeers} from './watch-peers.ts'

export interface KeptPeersRun {
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly emit: EmitEvent
  /** Takes a message to a peer of the drill, wherever it is kept. */
  readonly tell: (peer: string, text: string) => void
}

export class KeptPeers {
  readonly #run: KeptPeersRun
  readonly #clock: Ports['clock']
  readonly #watch: WatchPeers
  readonly #listeners = new Map<string, (message: SignalMessage) => void>()

  constructor(ports: Ports, run: KeptPeersRun) {
    this.#run = run
    this.#clock = ports.clock
    this.#watch = new WatchPeers(ports, {
      emit: (event) => run.emit({...event, at: ports.clock.now() - run.origin}),
      signal: ({name, signal}) =>
        signal?.type === 'peer' ? this.#between(name, signal) : signal && openSignal(signal, ports),
    })
  }

  async replace(peers: readonly PeerSpec[]): Promise<void> {
    await this.#watch.replace(peers)
  }

  /** What another peer tells this one; anything that is no message is ignored. */
  hear(peer: string, text: string): void {
    const message = parseSignal(text)
    if (message) this.#listeners.get(peer)?.(message)
  }

  stop(): void {
    this.#watch.stop()
  }

  #between(name: string, {peer, delay}: SignalSpec & {type: 'peer'}): Signal {
    const waiting = new Set<() => void>()
    const tell = (text: string): void => this.#run.tell(peer, text)
    return {
      send: async (message) => {
        const text = JSON.stringify(message)
        if (delay === 0) tell(text)
        else {
          const cancel = this.#clock.after(delay, () => {
            waiting.delete(cancel)
            tell(text)
          })
          waiting.add(cancel)
        }
        return Promise.resolve({answer: null, failed: null})
      },
      onMessage: (listener) => {
        this.#listeners.set(name, listener)
        return () => this.#listeners.delete(name)
      },
      close: () => {
        for (const cancel of waiting) cancel()
        this.#listeners.delete(name)
      },
    }
  }
}
