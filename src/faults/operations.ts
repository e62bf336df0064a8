/** What can be done about faults from any shell: list, clear, recover. All by the ledger. */
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {type CloseWorld, type Closed, closeEntry} from './close-entry.ts'
import {findHome, isAlive} from './identity.ts'
import {type LedgerEntry, isOpen, openLedger} from './ledger.ts'
import {openTools} from './tools.ts'

export type OperationPorts = Pick<Ports, 'clock' | 'exec' | 'files' | 'host' | 'locks' | 'sockets'>

/**
 * `active`: somebody keeps it. `ended`: the kernel has ended it already, the undo is due. `orphaned`: its keepers are
 * gone. `stuck`: an undo was tried and left something.
 */
export type FaultStanding = 'active' | 'ended' | 'orphaned' | 'stuck'

export interface ListedEntry {
  readonly entry: LedgerEntry
  readonly standing: FaultStanding
  /** Until it ends by itself; 0 when that is past. */
  readonly left: Millis
}

export interface ClosedEntry extends Closed {
  readonly entry: LedgerEntry
}

/** Ended entries stay on disk so long, for whoever wants to know what happened. */
const KEEP_ENDED: Millis = 24 * 3_600_000

export class FaultOperations {
  readonly #ports: OperationPorts
  readonly #world: CloseWorld

  private constructor(ports: OperationPorts, world: CloseWorld) {
    this.#ports = ports
    this.#world = world
  }

  static async open(ports: OperationPorts): Promise<FaultOperations> {
    const {files, clock, locks, sockets} = ports
    const home = await findHome(ports)
    const {stateFolder} = ports.host
    const undo = {tools: openTools(ports), files, clock, home, sockets, stateFolder}
    const ledger = openLedger(files, ports.host)
    return new FaultOperations(ports, {undo, ledger, locks, clock})
  }

  /** Everything that isn't undone yet, and ledger files that can't be read. */
  async list(): Promise<{readonly faults: readonly ListedEntry[]; readonly unreadable: readonly string[]}> {
    const {entries, unreadable} = await this.#world.ledger.all()
    const open = entries.filter(isOpen)
    return {faults: await Promise.all(open.map(async (entry) => this.#stand(entry))), unreadable}
  }

  /** Undoes the given ones, whoever keeps them; unknown or ended ids are left out of the answer. */
  async clear(ids: readonly string[], by: 'clear' | 'halt'): Promise<readonly ClosedEntry[]> {
    const {faults} = await this.list()
    const wanted = faults.filter(({entry}) => ids.includes(entry.id))
    return this.#closeAll(wanted, by)
  }

  /** Finishes the undo of whatever nobody keeps any more. A second call finds nothing to do. */
  async recover(): Promise<readonly ClosedEntry[]> {
    const {faults} = await this.list()
    const closed = await this.#closeAll(
      faults.filter(({standing}) => standing !== 'active'),
      'recover',
    )
    await this.#forgetOld()
    return closed
  }

  async #closeAll(faults: readonly ListedEntry[], by: string): Promise<readonly ClosedEntry[]> {
    const closed: ClosedEntry[] = []
    // One after the other: a tree is undone leaf by leaf.
    for (const {entry} of faults) closed.push({entry, ...(await closeEntry(this.#world, entry.id, by))})
    return closed
  }

  async #stand(entry: LedgerEntry): Promise<ListedEntry> {
    const sameBoot = entry.home.boot === this.#world.undo.home.boot
    const left = sameBoot ? Math.max(0, entry.until - this.#ports.clock.now()) : 0
    if (entry.state === 'stuck') return {entry, standing: 'stuck', left}
    const kept = sameBoot && (await isAlive(this.#ports.files, entry.owner))
    if (!kept) return {entry, standing: 'orphaned', left}
    return {entry, standing: left > 0 ? 'active' : 'ended', left}
  }

  async #forgetOld(): Promise<void> {
    const {entries} = await this.#world.ledger.all()
    const oldest = this.#ports.clock.wall() - KEEP_ENDED
    const old = entries.filter((entry) => !isOpen(entry) && Date.parse(entry.started) < oldest)
    for (const entry of old) await this.#world.ledger.forget(entry.id)
  }
}
