/**
 * Proxies and fronts in the ledger. Nothing of them is in the kernel: they are as long as their process is, so there is nothing to
 * undo but to ask that process to end. It looks for the question in its own entry; nobody else's process is ever ended.
 */
import type {Ports} from '../core/ports.ts'
import {HOST} from '../core/place.ts'
import type {Millis} from '../core/units.ts'
import {type ProcessIdentity, findHome, identify, isAlive} from './identity.ts'
import {type Ledger, type LedgerEntry, type Served, type ServedProxy, isOpen, openLedger} from './ledger.ts'
import type {UndoResult, UndoWorld} from './undo.ts'

export interface ServedFault {
  readonly id: string
  /** What it serves now. */
  tell(proxies: readonly ServedProxy[]): Promise<void>
  /** Resolves when somebody has asked for the end; rejects when `signal` is aborted. */
  whenAsked(signal: AbortSignal): Promise<void>
  /** Its listeners are closed: call it after that. */
  end(): Promise<void>
}

export interface ServedWords {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly summary: string
  /** Null: until it is ended. */
  readonly lasts: Millis | null
  readonly served: Served
}

type ServedPorts = Pick<Ports, 'clock' | 'exec' | 'files' | 'host'>

/** As `until` of what has no end; a number, since JSON knows no infinity. */
const NEVER = Number.MAX_SAFE_INTEGER
const LOOK_EVERY: Millis = 300

/** Whether it stays until somebody ends it. */
export function isEndless({until}: Pick<LedgerEntry, 'until'>): boolean {
  return until >= NEVER
}

/** Writes it down. */
export async function enterServed(words: ServedWords, ports: ServedPorts): Promise<ServedFault> {
  const {clock, files, host} = ports
  const ledger = openLedger(files, host)
  const {id} = words
  await ledger.write(
    entryOf(words, {
      home: await findHome(ports),
      owner: await identify(files, host.pid),
      now: clock.now(),
      wall: clock.wall(),
    }),
  )
  const change = async (next: (entry: LedgerEntry) => LedgerEntry): Promise<void> => {
    const entry = await ledger.read(id)
    if (entry && isOpen(entry)) await ledger.write(next(entry))
  }
  // One after the other: a later change must not be overtaken.
  let turn = Promise.resolve()
  const inTurn = async (next: (entry: LedgerEntry) => LedgerEntry): Promise<void> => {
    turn = turn.then(
      async () => change(next),
      async () => change(next),
    )
    return turn
  }
  return {
    id,
    tell: async (proxies) => inTurn((entry) => ({...entry, served: {files: [], ...entry.served, proxies}})),
    whenAsked: async (signal) => {
      for (;;) {
        await clock.sleep(LOOK_EVERY, signal)
        const entry = await ledger.read(id)
        if (!entry || isAsked(entry)) return
      }
    },
    end: async () => inTurn((entry) => ended(entry, entry.served?.asked ?? 'owner', clock)),
  }
}

/** Whether its process has to end. */
export function isAsked(entry: LedgerEntry): boolean {
  return !isOpen(entry) || entry.served?.asked !== undefined
}

export interface AskWorld {
  readonly ledger: Ledger
  readonly undo: Pick<UndoWorld, 'files' | 'clock' | 'home' | 'stateFolder'>
}

/** Its process has this long to close what it serves. */
const PATIENCE: Millis = 5000
const ASK_EVERY: Millis = 50

/** Asks its process to end, and waits until it has; where the process is gone, it went with it. */
export async function endServed(
  {ledger, undo: {files, clock, home, stateFolder}}: AskWorld,
  entry: LedgerEntry,
  by: string,
): Promise<UndoResult> {
  const deadline = clock.now() + PATIENCE
  while (entry.home.boot === home.boot && (await isAlive(files, entry.owner))) {
    const now = await ledger.read(entry.id)
    if (!now || !isOpen(now)) return GONE
    if (clock.now() >= deadline) return {restored: false, differences: [stillThere(entry.owner, now)]}
    // Again when the owner has overwritten the question with news of its own.
    if (now.served && now.served.asked === undefined)
      await ledger.write({...now, served: {...now.served, asked: by}})
    await clock.sleep(ASK_EVERY)
  }
  const own = (entry.served?.files ?? []).filter((path) => path.startsWith(`${stateFolder}/`))
  for (const path of own) await files.remove(path)
  return GONE
}

const GONE: UndoResult = {restored: true, differences: []}

function stillThere({pid}: ProcessIdentity, {served}: LedgerEntry): string {
  const where = (served?.proxies ?? []).map(({listens}) => listens).join(', ')
  return `process ${pid} was asked to end and still serves ${where || 'proxies'}`
}

function ended(entry: LedgerEntry, by: string, clock: Pick<Ports['clock'], 'wall'>): LedgerEntry {
  const at = new Date(clock.wall()).toISOString()
  return {...entry, state: 'done', ended: {at, by, took: 0, differences: []}}
}

function entryOf(
  {id, name, kind, summary, lasts, served}: ServedWords,
  {
    home,
    owner,
    now,
    wall,
  }: Pick<LedgerEntry, 'home' | 'owner'> & {readonly now: Millis; readonly wall: Millis},
): LedgerEntry {
  return {
    ...{schema: 'netdrill/ledger/1', id, run: id, name, kind, backend: 'proxy', summary, served, home, owner},
    ...{
      place: HOST,
      placeProcess: null,
      device: null,
      scope: {from: [], to: [], port: null, protocol: null},
      leaf: null,
      table: false,
    },
    ...{guard: null, detached: false, state: 'applied', undo: [], before: null},
    started: new Date(wall).toISOString(),
    lasts: lasts ?? 0,
    until: lasts === null ? NEVER : now + lasts,
  }
}
