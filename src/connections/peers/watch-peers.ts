/** All peers of a watch: each with its own record, sockets and budget, so that one that is lost touches no other. */
import {addressFamily, isInNetwork} from '../../core/address.ts'
import type {PeerEvent, PeerHealth} from '../../core/peer-events.ts'
import type {PeerSpec} from '../../core/peer-spec.ts'
import type {NetworkWatch} from '../../core/network-port.ts'
import type {Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import {Peer} from './peer.ts'
import {type Signal, openSignal} from './signal.ts'

export interface PeersRun {
  readonly emit: (event: PeerEvent) => void
  /** For tests; by the spec otherwise. */
  readonly signal?: (spec: PeerSpec) => Signal | null
}

interface Kept {
  readonly key: string
  readonly spec: PeerSpec
  readonly peer: Peer
  readonly signal: Signal | null
}

export class WatchPeers {
  readonly #ports: Ports
  readonly #run: PeersRun
  readonly #peers = new Map<string, Kept>()
  #network: NetworkWatch | null = null

  constructor(ports: Ports, run: PeersRun) {
    this.#ports = ports
    this.#run = run
  }

  /** Keeps these from now on; one with the same spec as before goes on. */
  async replace(specs: readonly PeerSpec[]): Promise<void> {
    const wanted = new Map(specs.map((spec) => [spec.name, JSON.stringify(spec)]))
    for (const {key, spec, peer} of [...this.#peers.values()])
      if (wanted.get(spec.name) !== key) peer.stop('no longer in the document')
    const fresh = specs.filter(({name}) => !this.#peers.has(name))
    if (fresh.length > 0) await this.#watchNetwork()
    await Promise.all(fresh.map(async (spec) => this.#begin(spec)))
  }

  /** The records that are left, by name. */
  health(): ReadonlyMap<string, PeerHealth> {
    return new Map([...this.#peers.values()].map(({spec, peer}) => [spec.name, peer.health()]))
  }

  stop(): void {
    this.#network?.stop()
    this.#network = null
    for (const {peer} of [...this.#peers.values()]) peer.stop('the watch ended')
  }

  async #begin(spec: PeerSpec): Promise<void> {
    const {name} = spec
    const make = this.#run.signal ?? ((one: PeerSpec) => one.signal && openSignal(one.signal, this.#ports))
    const signal = make(spec)
    const peer = new Peer(spec, this.#ports, {
      signal,
      emit: this.#run.emit,
      onEnd: () => {
        signal?.close()
        this.#peers.delete(name)
      },
    })
    this.#peers.set(name, {key: JSON.stringify(spec), spec, peer, signal})
    this.#run.emit({type: 'peer-added', info: infoOf(spec)})
    await peer.start(this.#addresses().filter((address) => isWanted(address, spec)))
  }

  /** Resolves when all addresses of this machine are known. */
  async #watchNetwork(): Promise<void> {
    if (this.#network) return
    await new Promise<void>((resolve) => {
      this.#network = this.#ports.network.watch({
        onReady: resolve,
        onChange: ({what, subject}) => {
          const [address = ''] = subject.split('/')
          if (what === 'address-added') this.#each(address, (peer) => void peer.addAddress(address))
          if (what === 'address-removed') this.#each(address, (peer) => peer.removeAddress(address))
        },
      })
    })
  }

  #each(address: string, act: (peer: Peer) => void): void {
    for (const {spec, peer} of [...this.#peers.values()]) if (isWanted(address, spec)) act(peer)
  }

  #addresses(): readonly string[] {
    const links = this.#network?.state().links ?? []
    return links.flatMap(({up, addresses}) => (up ? addresses.map((each) => each.replace(/\/.*$/, '')) : []))
  }
}

/** Of the family of the other side, and able to reach it: not this machine's own, unless the peer is on it too. */
function isWanted(address: string, {bind, candidates}: PeerSpec): boolean {
  if (bind.length > 0) return bind.includes(address)
  const family = addressFamily(address)
  if (family === null || isLinkLocal(address)) return false
  const fits = candidates.filter((each) => addressFamily(each.address) === family)
  if (candidates.length > 0 && fits.length === 0) return false
  return !isLoopback(address) || fits.some((each) => isLoopback(each.address))
}

function isLoopback(address: string): boolean {
  return address === '::1' || isInNetwork(address, '127.0.0.0/8')
}

function isLinkLocal(address: string): boolean {
  return isInNetwork(address, 'fe80::/10') || isInNetwork(address, '169.254.0.0/16')
}

function infoOf(spec: PeerSpec): Extract<PeerEvent, {type: 'peer-added'}>['info'] {
  const {name, set, role, candidates, check, maxRestarts, consentInterval, consentTimeout} = spec
  const remote = candidates.map(({address, port}) => joinHostPort(address, port))
  const consent = {interval: consentInterval, timeout: consentTimeout}
  const info = {name, role, check, remote, detection: peerDetection(spec), maxRestarts, consent}
  return set === undefined ? info : {...info, set}
}

/** For a silent loss at a random instant: the silence that counts, and up to one look more. */
function peerDetection({check, inactive, combine, failures, consentInterval}: PeerSpec): {
  readonly worst: number
  readonly mean: number
} {
  const byCount = failures * consentInterval * 1.2 + 1000
  const evidence = combine === 'any' ? Math.min(inactive, byCount) : Math.max(inactive, byCount)
  return {worst: evidence + check, mean: evidence + check / 2}
}
