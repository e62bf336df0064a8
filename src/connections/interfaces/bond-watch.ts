import type {EmitEvent} from '../../core/events.ts'
import type {BondFacts} from '../../core/network-events.ts'
import type {Files, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {bondChanges} from './bond-words.ts'
import {BOND_FOLDER, bondFile, readBonding} from './read-bonding.ts'

export interface BondWatchRun {
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly emit: EmitEvent
  /** Names of the targets that are reached through an interface. */
  readonly targetsOf: (device: string) => readonly string[]
  /** Something about a bond is other than before. */
  readonly onChange: () => void
}

type Doors = Pick<Ports, 'clock'> & {readonly files: Pick<Files, 'readText' | 'list'>}

/** Reading a bond costs some microseconds; the kernel itself looks at its members every 100 ms (miimon). */
const EVERY: Millis = 200
/** Where there is no bond. */
const IDLE: Millis = 5000
/** More are not followed. */
const MOST = 16
const MOST_NAMED = 256

/**
 * Follows the bonds of this network namespace, whether a target is reached straight through them or not: a bridge or VLAN
 * may lie between. Where the kernel has no bonding nothing is there to read.
 */
export class BondWatch {
  readonly #ports: Doors
  readonly #run: BondWatchRun
  readonly #seen = new Map<string, BondFacts>()
  readonly #users = new Map<string, string>()
  #cancel: () => void = () => {}
  #over = false

  constructor(ports: Doors, run: BondWatchRun) {
    this.#ports = ports
    this.#run = run
    void this.#look()
  }

  /** Names of the bonds that are there. */
  names(): readonly string[] {
    return [...this.#seen.keys()]
  }

  stop(): void {
    this.#over = true
    this.#cancel()
  }

  async #look(): Promise<void> {
    const {files, clock} = this.#ports
    const names = (await files.list(BOND_FOLDER).catch(() => [])).slice(0, MOST)
    const texts = await Promise.all(
      names.map(async (name) => files.readText(bondFile(name)).catch(() => null)),
    )
    if (this.#over) return
    for (const name of this.#seen.keys()) if (!names.includes(name)) this.#seen.delete(name)
    for (const [index, name] of names.entries()) {
      const facts = readBonding(texts[index] ?? '')
      if (facts) this.#take(name, facts)
    }
    this.#cancel = clock.after(names.length > 0 ? EVERY : IDLE, () => void this.#look())
  }

  #take(device: string, now: BondFacts): void {
    const before = this.#seen.get(device) ?? null
    this.#seen.set(device, now)
    const at = this.#ports.clock.now() - this.#run.origin
    this.#tellUsers(device, at)
    for (const change of bondChanges(device, before, now)) this.#run.emit({at, ...change})
    if (JSON.stringify(before) !== JSON.stringify(now)) this.#run.onChange()
  }

  #tellUsers(device: string, at: Millis): void {
    const targets = this.#run.targetsOf(device).slice(0, MOST_NAMED)
    const text = targets.join('\n')
    if (text === (this.#users.get(device) ?? '')) return
    this.#users.set(device, text)
    this.#run.emit({at, type: 'bond-used', device, targets})
  }
}
