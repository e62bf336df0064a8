import type {TlsEnumeration} from '../../core/facts.ts'
import type {Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {MeasureRun} from '../probe.ts'
import type {TlsTarget} from './measure.ts'

/** What a server accepts changes when it is configured anew; fifty connections with every sample would be an attack. */
const FRESH: Millis = 3_600_000

/** One enumeration for all samples of a prober, also for those that are taken at the same time. */
export class EnumerationMemory {
  readonly #target: TlsTarget
  readonly #ports: Ports
  #last: {readonly at: Millis; readonly found: Promise<TlsEnumeration>} | null = null

  constructor(target: TlsTarget, ports: Ports) {
    this.#target = target
    this.#ports = ports
  }

  /** An enumeration that was cut short is not kept. */
  async recall(winner: ResolvedAddress, {timeout: patience, signal}: MeasureRun): Promise<TlsEnumeration> {
    const now = this.#ports.clock.now()
    if (this.#last && now - this.#last.at < FRESH) return this.#last.found
    const {enumerateTls} = await import('./enumerate/enumerate.ts')
    const mine = {at: now, found: enumerateTls({target: this.#target, winner, patience, signal}, this.#ports)}
    this.#last = mine
    const found = await mine.found
    if (!found.complete && this.#last === mine) this.#last = null
    return found
  }
}
