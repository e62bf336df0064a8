/**
 * What the guard does: waits for the main process to go, or for a fault's time to be over, and undoes what the
 * ledger lists for its run. It never decides from memory: each time it reads the ledger again.
 */
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {type CloseWorld, closeEntry} from './close-entry.ts'
import {findHome} from './identity.ts'
import {type LedgerEntry, isOpen, openLedger} from './ledger.ts'
import {openTools} from './tools.ts'

export type GuardPorts = Pick<Ports, 'clock' | 'exec' | 'files' | 'host' | 'locks' | 'sockets'>

/** What reaches the guard: words of its main process, or its end. */
export type GuardSignal = 'look' | 'detach' | 'release' | 'gone'

/** The owner undoes at the very end of a fault; only if it is late, the guard steps in. */
const GRACE: Millis = 500
/** A detached guard looks this often whether somebody else has cleared its faults. */
const DETACHED_LOOK: Millis = 2000
/** An undo that failed is tried again after this long, so often. */
const RETRY_AFTER: Millis = 1000
const RETRIES = 5

export interface GuardInput {
  /** Calls back for every signal; the returned function stops that. */
  onSignal(listener: (signal: GuardSignal) => void): () => void
}

/** Resolves when nothing of the run is open any more and its owner has gone or let it go. */
export async function runGuardLoop(run: string, ports: GuardPorts, input: GuardInput): Promise<void> {
  const tools = openTools(ports)
  const ledger = openLedger(ports.files, ports.host)
  const home = await findHome(ports)
  const {files, clock, locks, sockets} = ports
  const world: CloseWorld = {
    undo: {tools, files, clock, home, sockets, stateFolder: ports.host.stateFolder},
    ...{ledger, locks, clock},
  }
  const openEntries = async (): Promise<readonly LedgerEntry[]> =>
    (await ledger.all()).entries.filter((entry) => entry.run === run && isOpen(entry))
  const mailbox = openMailbox(ports.clock, input)
  let detached = false
  for (;;) {
    const now = clock.now()
    const open = await openEntries()
    for (const entry of open.filter((one) => dueOf(one) <= now)) await closeEntry(world, entry.id, 'guard')
    const waiting = open.filter((one) => dueOf(one) > now)
    if (detached && waiting.length === 0) return undoAll(world, openEntries)
    const next = Math.min(...waiting.map(dueOf), detached ? now + DETACHED_LOOK : Number.POSITIVE_INFINITY)
    const signal = await mailbox.next(next - clock.now())
    if (signal === 'release') return
    if (signal === 'gone' && !detached) return undoAll(world, openEntries)
    if (signal === 'detach') detached = true
  }
}

function dueOf(entry: LedgerEntry): Millis {
  return entry.detached ? entry.until : entry.until + GRACE
}

/** Everything at once: the owner is gone. What can't be undone now is tried a few times more. */
async function undoAll(world: CloseWorld, openEntries: () => Promise<readonly LedgerEntry[]>): Promise<void> {
  for (let attempt = 0; attempt <= RETRIES; attempt++) {
    const open = await openEntries()
    if (open.length === 0) return
    if (attempt > 0) await world.clock.sleep(RETRY_AFTER)
    for (const entry of open) await closeEntry(world, entry.id, 'guard')
  }
}

interface Mailbox {
  /** The next signal, or null after `wait` (which may be infinite). */
  next(wait: Millis): Promise<GuardSignal | null>
}

function openMailbox(clock: Pick<Ports['clock'], 'after'>, input: GuardInput): Mailbox {
  const queue: GuardSignal[] = []
  let wake: (() => void) | null = null
  input.onSignal((signal) => {
    queue.push(signal)
    wake?.()
  })
  return {
    next: async (wait) => {
      if (queue.length === 0) {
        await new Promise<void>((resolve) => {
          const cancel = Number.isFinite(wait) ? clock.after(wait, () => wake?.()) : (): void => {}
          wake = () => {
            wake = null
            cancel()
            resolve()
          }
        })
      }
      return queue.shift() ?? null
    },
  }
}
