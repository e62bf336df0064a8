/** All receivers of a watch. */
import type {RunEvent} from '../../core/events.ts'
import {Incidents} from './incidents.ts'
import type {Incident} from './incident.ts'
import {Receiver, type ReceiverWorld} from './receiver.ts'
import type {ReceiverSpec} from './receiver-spec.ts'

export interface NotifierWorld {
  readonly worldOf: (spec: ReceiverSpec) => ReceiverWorld
}

export class Notifier {
  readonly #world: NotifierWorld
  readonly #incidents = new Incidents()
  /** What lasts, for receivers that come later. */
  readonly #open = new Map<string, Incident>()
  #receivers: readonly Receiver[] = []

  constructor(specs: readonly ReceiverSpec[], world: NotifierWorld) {
    this.#world = world
    this.#receivers = specs.map((spec) => new Receiver(spec, world.worldOf(spec)))
  }

  add(event: RunEvent): void {
    for (const incident of this.#incidents.add(event)) {
      if (incident.status === 'firing') this.#open.set(incident.key, incident)
      else this.#open.delete(incident.key)
      for (const receiver of this.#receivers) receiver.add(incident)
    }
  }

  /** Receivers that are as before know what they were told; a new one is told what lasts. */
  async update(specs: readonly ReceiverSpec[]): Promise<void> {
    const isSame = (a: ReceiverSpec, b: ReceiverSpec): boolean => JSON.stringify(a) === JSON.stringify(b)
    const before = this.#receivers
    this.#receivers = specs.map((spec) => {
      const kept = before.find((receiver) => isSame(receiver.spec, spec))
      if (kept) return kept
      const receiver = new Receiver(spec, this.#world.worldOf(spec))
      for (const incident of this.#open.values()) receiver.add(incident)
      return receiver
    })
    const gone = before.filter((receiver) => !this.#receivers.includes(receiver))
    await Promise.all(gone.map(async (receiver) => receiver.close()))
  }

  /** Each receiver is told what it has not been told yet; takes a few seconds at most. */
  async close(): Promise<void> {
    await Promise.all(this.#receivers.map(async (receiver) => receiver.close()))
  }
}
