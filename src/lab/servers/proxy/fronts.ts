import type {Clock, Random} from '../../../core/ports.ts'
import type {FrontEffect, ProxyFaultOrder} from '../../../core/proxy-effects.ts'
import type {Authority} from '../certificates/certificate.ts'
import type {DnsFront} from '../fronts/dns-front.ts'
import {Gate} from '../fronts/gate.ts'
import type {StreamFront} from '../fronts/stream-front.ts'
import type {HostPort} from '../toxics/host-port.ts'
import type {Tally} from '../toxics/tally.ts'

export interface FrontsOptions {
  readonly upstream: HostPort
  /** Signs what TLS fronts show; made when it is needed, and not given. */
  readonly authority: Authority
  readonly names: readonly string[]
  readonly clock: Pick<Clock, 'now' | 'wall' | 'after'>
  readonly random: Random
  readonly tally: Tally
}

type AnyGate = Gate<FrontEffect>

/** The fronts of one proxy: started when a fault first needs one, and kept, since connections through it live on. */
export class Fronts {
  readonly #options: FrontsOptions
  readonly #gates = new Map<string, readonly AnyGate[]>()
  #stream: StreamFront | null = null
  #dns: DnsFront | null = null

  constructor(options: FrontsOptions) {
    this.#options = options
  }

  /** Where new connections and datagrams go; null when no front has anything to do. */
  get route(): HostPort | null {
    if (this.#has('dns')) return this.#dns?.listens ?? null
    return this.#gates.size > 0 ? (this.#stream?.listens ?? null) : null
  }

  async begin({fault, effects}: ProxyFaultOrder): Promise<void> {
    const {random, tally} = this.#options
    const gates = effects.flatMap((effect, index) =>
      effect.type === 'toxic'
        ? []
        : [new Gate(fault, effect, {random: random.fork(`${fault}/${index}`), tally})],
    )
    if (gates.length === 0) return
    await Promise.all([
      gates.some(({effect}) => effect.type === 'dns') ? this.#openDns() : null,
      gates.some(({effect}) => effect.type !== 'dns') ? this.#openStream() : null,
    ])
    this.#gates.set(fault, gates)
    this.#tell()
  }

  end(fault: string): void {
    const gates = this.#gates.get(fault)
    if (!gates) return
    this.#gates.delete(fault)
    this.#tell()
    for (const gate of gates) gate.close()
  }

  async close(): Promise<void> {
    for (const fault of this.#gates.keys()) this.end(fault)
    await Promise.all([this.#stream?.close(), this.#dns?.close()])
  }

  #tell(): void {
    this.#dns?.set(this.#of('dns'))
    this.#stream?.set({tls: this.#of('tls'), http: this.#of('http'), websocket: this.#of('websocket')})
  }

  #has(type: FrontEffect['type']): boolean {
    return this.#of(type).length > 0
  }

  #of<T extends FrontEffect['type']>(type: T): readonly Gate<Extract<FrontEffect, {type: T}>>[] {
    const all = [...this.#gates.values()].flat()
    const isOne = (gate: AnyGate): gate is Gate<Extract<FrontEffect, {type: T}>> & AnyGate =>
      gate.effect.type === type
    return all.filter(isOne)
  }

  async #openDns(): Promise<void> {
    if (this.#dns) return
    const {DnsFront: Front} = await import('../fronts/dns-front.ts')
    this.#dns = await Front.open(this.#options)
  }

  async #openStream(): Promise<void> {
    if (this.#stream) return
    const [{StreamFront: Front}, {FrontCertificates}] = await Promise.all([
      import('../fronts/stream-front.ts'),
      import('../fronts/front-certificate.ts'),
    ])
    const {authority, clock} = this.#options
    const certificates = new FrontCertificates(authority, () => clock.wall())
    this.#stream = await Front.open({...this.#options, certificates})
  }
}
