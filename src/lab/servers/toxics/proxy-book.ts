import {type Toxic, ToxicProblem} from './toxic.ts'
import {ToxicProxy, type ToxicProxySpec, type ToxicWorld} from './toxic-proxy.ts'

export interface ToxicProxyChange {
  readonly listen?: string | undefined
  readonly upstream?: string | undefined
  readonly enabled?: boolean | undefined
}

/** All proxies of a process by name. Changes are done one after the other. */
export class ProxyBook {
  readonly #world: ToxicWorld
  readonly #proxies = new Map<string, ToxicProxy>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(world: ToxicWorld) {
    this.#world = world
  }

  get all(): readonly ToxicProxy[] {
    return [...this.#proxies.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Throws `ToxicProblem` 404. */
  find(name: string): ToxicProxy {
    const proxy = this.#proxies.get(name)
    if (!proxy) throw new ToxicProblem('proxy not found', 404)
    return proxy
  }

  /** Throws `ToxicProblem` 409 when there is one of this name. */
  async create(spec: ToxicProxySpec): Promise<ToxicProxy> {
    return this.#inTurn(async () => this.#create(spec))
  }

  /** Creates those that aren't there; one that is there with other addresses is replaced, one with the same is kept. */
  async populate(specs: readonly ToxicProxySpec[]): Promise<readonly ToxicProxy[]> {
    return this.#inTurn(async () => {
      const made: ToxicProxy[] = []
      for (const spec of specs) {
        const there = this.#proxies.get(spec.name)
        if (there?.isAt(spec)) {
          await this.#switch(there, spec.enabled)
          made.push(there)
          continue
        }
        if (there) await this.#delete(there)
        made.push(await this.#create(spec))
      }
      return made
    })
  }

  async change(name: string, {listen, upstream, enabled}: ToxicProxyChange): Promise<ToxicProxy> {
    return this.#inTurn(async () => {
      const proxy = this.find(name)
      const wanted = enabled ?? proxy.enabled
      await proxy.move(listen ?? proxy.listen, upstream ?? proxy.upstream)
      await this.#switch(proxy, wanted)
      return proxy
    })
  }

  async delete(name: string): Promise<void> {
    await this.#inTurn(async () => this.#delete(this.find(name)))
  }

  /** Enables every proxy and removes all toxics. */
  async reset(): Promise<void> {
    await this.#inTurn(async () => {
      for (const proxy of this.all) {
        for (const toxic of proxy.toxics) await proxy.remove(toxic)
        await proxy.enable()
      }
    })
  }

  async addToxic(name: string, toxic: Toxic): Promise<Toxic> {
    return this.#inTurn(async () => {
      await this.find(name).add(toxic)
      return toxic
    })
  }

  async changeToxic(name: string, toxic: Toxic, next: Pick<Toxic, 'toxicity' | 'attributes'>): Promise<void> {
    await this.#inTurn(async () => this.find(name).change(toxic, next.toxicity, next.attributes))
  }

  async removeToxic(name: string, toxic: string): Promise<void> {
    await this.#inTurn(async () => {
      const proxy = this.find(name)
      await proxy.remove(proxy.find(toxic))
    })
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      for (const proxy of this.all) await proxy.close()
      this.#proxies.clear()
    })
  }

  async #create(spec: ToxicProxySpec): Promise<ToxicProxy> {
    if (this.#proxies.has(spec.name)) throw new ToxicProblem('proxy already exists', 409)
    const proxy = new ToxicProxy(spec, this.#world)
    if (spec.enabled) await proxy.enable()
    this.#proxies.set(spec.name, proxy)
    return proxy
  }

  async #delete(proxy: ToxicProxy): Promise<void> {
    await proxy.close()
    this.#proxies.delete(proxy.name)
  }

  async #switch(proxy: ToxicProxy, enabled: boolean): Promise<void> {
    if (enabled) await proxy.enable()
    else await proxy.disable()
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }
}
