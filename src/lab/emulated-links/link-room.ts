import type {ToAgent} from '../../core/agent.ts'
import type {LinkState} from '../../core/link-effects.ts'
import {type CarrierDoors, LinkCarrier} from './link-carrier.ts'

/** The links that one agent carries; they end with it. */
export class LinkRoom {
  readonly #doors: CarrierDoors
  readonly #links = new Map<string, LinkCarrier>()

  constructor(doors: CarrierDoors) {
    this.#doors = doors
  }

  async join({link, devices, orders}: Extract<ToAgent, {type: 'join-link'}>): Promise<void> {
    const carrier = await LinkCarrier.open(link, devices, this.#doors)
    for (const order of orders) carrier.set(order)
    this.#links.set(link, carrier)
  }

  impair({link, set, clear}: Extract<ToAgent, {type: 'impair-link'}>): LinkState {
    const carrier = this.#links.get(link)
    if (!carrier) throw new Error(`there is no link ${link} here`)
    if (clear !== undefined) carrier.clear(clear)
    if (set) carrier.set(set)
    return carrier.state()
  }
}
