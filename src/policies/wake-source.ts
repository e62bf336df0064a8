/** What a waiting ladder hears of the own network. */
import {addressFamily} from '../core/address.ts'
import {
  type NetworkChange,
  type NetworkChanges,
  type NetworkState,
  type NetworkWatch,
  isNetworkLoss,
} from '../core/network-port.ts'

const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i

export interface WakeSource {
  /** Calls back when something has changed for the better; the returned function ends that. */
  onWake(listener: (because: string) => void): () => void
  /** Why nothing can leave this machine towards the target; null when something may, or when it isn't known. */
  whyDown(): string | null
}

/**
 * Losses wake nobody. `host` is the target's: what lives on this machine needs no network. The network is watched from
 * the first question on.
 */
export class NetworkWakes implements WakeSource {
  readonly #network: NetworkChanges
  readonly #host: string
  readonly #listeners = new Set<(because: string) => void>()
  #watch: NetworkWatch | null = null
  #ready = false

  constructor(network: NetworkChanges, host: string) {
    this.#network = network
    this.#host = host
  }

  onWake(listener: (because: string) => void): () => void {
    this.#listeners.add(listener)
    this.#open()
    return () => this.#listeners.delete(listener)
  }

  whyDown(): string | null {
    const watch = this.#open()
    return this.#ready ? whyDown(watch.state(), this.#host) : null
  }

  close(): void {
    this.#watch?.stop()
    this.#watch = null
    this.#ready = false
  }

  #open(): NetworkWatch {
    this.#watch ??= this.#network.watch({
      onChange: (change) => {
        if (isNetworkLoss(change) || isBeside(change, this.#host)) return
        for (const listener of this.#listeners) listener(describeChange(change))
      },
      onReady: () => {
        this.#ready = true
      },
    })
    return this.#watch
  }
}

/**
 * The address that the kernel gives each link by itself a second or two after its carrier was told (fe80::/10, RFC 4291
 * §2.5.6): it leads to neighbours with such addresses and nowhere else.
 */
function isBeside({what, subject}: NetworkChange, host: string): boolean {
  return what === 'address-added' && LINK_LOCAL.test(subject) && !LINK_LOCAL.test(host)
}

/** Null for a target on this machine, and as long as any link but the loopback can carry packets. */
export function whyDown({links}: NetworkState, host: string): string | null {
  if (isOwn(host, links)) return null
  const others = links.filter(({name}) => name !== 'lo')
  if (others.some(({up, carrier, addresses}) => up && carrier && addresses.length > 0)) return null
  if (others.length === 0) return 'this machine has no link but the loopback'
  const without = others.map(({name, up, carrier}) => {
    if (!up) return `${name} is down`
    return carrier ? `${name} has no address` : `${name} has no carrier`
  })
  return `no link of this machine is usable: ${without.slice(0, 5).join(', ')}`
}

function isOwn(host: string, links: NetworkState['links']): boolean {
  if (host === '' || host === 'localhost' || host.startsWith('127.') || host === '::1') return true
  if (addressFamily(host) === null) return false
  return links.some(({addresses}) => addresses.some((own) => own.split('/')[0] === host))
}

function describeChange({what, device, subject}: NetworkChange): string {
  return [device, what.replace('-', ' '), subject].filter((part) => part !== null && part !== '').join(' ')
}
