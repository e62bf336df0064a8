import type {
  LinkState,
  NetworkChange,
  NetworkChanges,
  NetworkListener,
  NetworkState,
  NetworkWatch,
} from '../../src/core/network-port.ts'

export const USABLE: LinkState = {name: 'eth0', up: true, carrier: true, addresses: ['192.0.2.1/24']}

/** An own network whose links and changes a test tells. Knows its state from the start. */
export class FakeNetwork implements NetworkChanges {
  readonly #listeners = new Set<NetworkListener>()
  links: readonly LinkState[] = [USABLE]

  watch(listener: NetworkListener): NetworkWatch {
    this.#listeners.add(listener)
    listener.onReady?.()
    return {state: () => this.#state(), stop: () => this.#listeners.delete(listener)}
  }

  /** How many listen: zero means that nobody was left behind. */
  get listening(): number {
    return this.#listeners.size
  }

  tell(change: Partial<NetworkChange> & Pick<NetworkChange, 'what'>): void {
    for (const listener of this.#listeners) listener.onChange({device: 'eth0', subject: '', at: 0, ...change})
  }

  /** Takes the only link away, and tells it. */
  unplug(): void {
    this.links = [{...USABLE, carrier: false}]
    this.tell({what: 'carrier-lost'})
  }

  plug(): void {
    this.links = [USABLE]
    this.tell({what: 'carrier-gained'})
  }

  #state(): NetworkState {
    return {links: this.links, routes: [], method: 'ip monitor', unknownLines: 0, restarts: 0}
  }
}
