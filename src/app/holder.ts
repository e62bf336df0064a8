/**
 * The program that holds things for faults which the kernel can't hold: a port, connections, a running program. It
 * reads in the ledger what to do, writes down who it is, and ends when its fault is over, whoever else is still alive.
 */
import type {Millis} from '../core/units.ts'
import {type ProcessIdentity, identify, isAlive} from '../faults/identity.ts'
import {type LedgerEntry, isOpen, openLedger} from '../faults/ledger.ts'
import {type HolderRecord, type Work, holderPath, parseHolder} from '../faults/work.ts'
import {systemClock} from '../system/clock.ts'
import {systemFiles} from '../system/files.ts'
import {
  complain,
  endGroup,
  holdConnections,
  holdPort,
  launch,
  onAskedToEnd,
  runGroup,
  startAndWait,
  tellParent,
} from '../system/hold.ts'
import {systemHost} from '../system/host.ts'
import {ownProgram} from '../system/own-program.ts'
import {askToEnd, endProcess} from '../system/signals.ts'

const host = systemHost()
const ledger = openLedger(systemFiles, host)

/** `start` comes back when the thing is held, `stop` when it is let go; `keep` holds it; `launch` starts a program again. */
export async function runHolder(verb: string, id: string): Promise<void> {
  try {
    if (verb === 'start') await start(id)
    else if (verb === 'stop') await stop(id)
    else if (verb === 'launch') await launchOnce(id)
    else await keep(id)
    endProcess(0)
  } catch (error) {
    const line = error instanceof Error ? error.message : String(error)
    if (verb === 'keep') tellParent(line)
    else complain(line)
    endProcess(1)
  }
}

async function start(id: string): Promise<void> {
  const {line, ok} = await startAndWait([...ownProgram('holder'), 'keep', id])
  if (!ok) throw new Error(line === '' ? 'it ended without a word' : line)
}

/** The ledger is looked at so often: a fault that ends while nobody can reach us must not go on. */
const LOOK: Millis = 1000

async function keep(id: string): Promise<void> {
  let asked = false
  const ended = new AbortController()
  onAskedToEnd(() => {
    asked = true
    ended.abort()
  })
  const entry = await entryOf(id)
  // Written before anything is held: whoever undoes the fault finds us from now on.
  await record(id, {holds: 'nothing yet'})
  const held = await hold(entry.work ?? null, entry)
  try {
    await record(id, held)
    if (!isOpen(await entryOf(id))) return
    tellParent('ready')
    for (;;) {
      const left = entry.until - systemClock.now()
      if (asked || left <= 0 || !(await stillWanted(id))) return
      await systemClock.sleep(Math.min(LOOK, left), ended.signal).catch(() => {})
    }
  } finally {
    await held.close()
    await systemFiles.remove(holderPath(host.stateFolder, id))
  }
}

async function stillWanted(id: string): Promise<boolean> {
  const entry = await ledger.read(id)
  return entry !== null && isOpen(entry)
}

interface Holding {
  readonly holds: string
  readonly count?: number
  readonly group?: ProcessIdentity
  readonly close: () => void | Promise<void>
}

async function hold(work: Work | null, {lasts}: LedgerEntry): Promise<Holding> {
  switch (work?.type) {
    case 'listen': {
      const {close} = await holdPort(work)
      return {holds: `${work.protocol} port ${work.port} of ${work.address} is taken`, close}
    }
    case 'connect': {
      const {open, close} = await holdConnections({...work, timeout: Math.min(work.timeout, lasts)})
      return {holds: `${open} of ${work.count} connections are open and silent`, count: open, close}
    }
    case 'run': {
      const pid = await runGroup(work.words, work.env)
      const group = await identify(systemFiles, pid)
      return {
        holds: `${work.words.join(' ')} runs (process ${pid})`,
        group,
        close: async () => endGroup(pid, await isAlive(systemFiles, group)),
      }
    }
    case 'launch':
    case undefined:
      throw new Error('the ledger does not say what to hold')
  }
}

async function record(
  id: string,
  {holds, count, group}: Omit<Holding, 'close'>,
  pid = host.pid,
): Promise<void> {
  const who = await identify(systemFiles, pid)
  const text: HolderRecord = {
    ...who,
    holds,
    ...(count === undefined ? {} : {count}),
    ...(group ? {group} : {}),
  }
  await systemFiles.writePrivate(holderPath(host.stateFolder, id), `${JSON.stringify(text)}\n`)
}

async function entryOf(id: string): Promise<LedgerEntry> {
  const entry = await ledger.read(id)
  if (entry === null) throw new Error(`the ledger has no fault ${id}`)
  return entry
}

async function recordOf(id: string): Promise<HolderRecord | null> {
  return parseHolder(await systemFiles.readText(holderPath(host.stateFolder, id)))
}

/** Time to let go in order; then it is ended. */
const PATIENCE: Millis = 2000
const STEP: Millis = 20

async function stop(id: string): Promise<void> {
  const who = await recordOf(id)
  if (who === null) return
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isAlive(systemFiles, who))) break
    askToEnd(who.pid, signal)
    const deadline = systemClock.now() + PATIENCE
    while ((await isAlive(systemFiles, who)) && systemClock.now() < deadline) await systemClock.sleep(STEP)
  }
  // A holder that was killed could not end what it ran.
  if (who.group) endGroup(who.group.pid, await isAlive(systemFiles, who.group))
  await systemFiles.remove(holderPath(host.stateFolder, id))
}

/** Once, however often the undo is tried. */
async function launchOnce(id: string): Promise<void> {
  const {work} = await entryOf(id)
  if (work?.type !== 'launch') throw new Error('the ledger does not say what to start')
  const earlier = await recordOf(id)
  if (earlier !== null && (await isAlive(systemFiles, earlier))) return
  const pid = await launch(work)
  await record(id, {holds: work.words.join(' ')}, pid)
}
