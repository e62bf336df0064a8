/** The interfaces of a watch, folded from its events: how each was when it was looked at last, and what is warned of. */
import type {RunEvent} from '../core/events.ts'
import type {BondFacts, InterfaceFacts} from '../core/network-events.ts'

/** As in `/status`. */
export interface InterfaceStatus {
  readonly device: string
  readonly packets: number
  readonly errors: number
  readonly dropped: number
  readonly carrier_changes: number
  /** Null where the kernel doesn't say. */
  readonly speed_bits_per_second: number | null
  readonly duplex: string | null
  /** The early warning that is on; null for none. */
  readonly warning: string | null
  /** Null for one that is no bond. */
  readonly bond: BondStatus | null
}

interface BondStatus {
  readonly mode: string
  readonly active: string | null
  readonly primary: string | null
  /** Whether the kernel looks at carriers or asks a neighbour; null for neither. */
  readonly monitor: string | null
  /** Since the watch has begun. */
  readonly switches: number
  readonly members: readonly {
    readonly device: string
    readonly state: string
    readonly up: boolean
    readonly mii: string | null
    readonly failures: number
    readonly speed_bits_per_second: number | null
    readonly duplex: string | null
  }[]
}

export class NetworkFacts {
  readonly #interfaces = new Map<string, InterfaceFacts>()
  readonly #warnings = new Map<string, string>()
  readonly #switches = new Map<string, number>()

  add(event: RunEvent): void {
    switch (event.type) {
      case 'interface-seen':
        this.#interfaces.set(event.interface.device, event.interface)
        return
      case 'interface-warning':
        if (event.active) this.#warnings.set(event.device, event.because)
        else this.#warnings.delete(event.device)
        return
      case 'bond-switched': {
        const before = this.#switches.get(event.device)
        this.#switches.set(event.device, before === undefined ? 0 : before + 1)
        return
      }
      default:
    }
  }

  /** In the order in which they were seen first. */
  interfaces(): readonly InterfaceStatus[] {
    return [...this.#interfaces.values()].map((facts) => ({
      device: facts.device,
      packets: facts.packets,
      errors: facts.errors,
      dropped: facts.dropped,
      carrier_changes: facts.carrierChanges,
      speed_bits_per_second: facts.speed ?? null,
      duplex: facts.duplex ?? null,
      warning: this.#warnings.get(facts.device) ?? null,
      bond: facts.bond ? bondStatus(facts.bond, this.#switches.get(facts.device) ?? 0) : null,
    }))
  }
}

function bondStatus(
  {mode, active, primary = null, monitor = null, members}: BondFacts,
  switches: number,
): BondStatus {
  return {
    mode,
    active,
    primary,
    monitor,
    switches,
    members: members.map(({device, state, up, mii = null, failures, speed = null, duplex = null}) => ({
      device,
      state,
      up,
      mii,
      failures,
      speed_bits_per_second: speed,
      duplex,
    })),
  }
}
