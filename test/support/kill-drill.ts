import {randomUUID} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {RunEvent} from '../../src/core/events.ts'
import {readJournal} from '../../src/scenarios/journal/reader.ts'
import {eventually, processesMarked} from './kernel-state.ts'
import {runProgram, startProgram} from './program.ts'

export interface KilledDrills {
  /** Processes of the drills that were still there after the time that is allowed. */
  readonly left: readonly number[]
  /** What the journals held; drills that were killed before they had one are missing. */
  readonly journals: readonly (readonly RunEvent[])[]
  /** Exit codes and texts of two `fault recover` in a row. */
  readonly recovered: readonly {readonly code: number | null; readonly text: string}[]
}

/** So many milliseconds after the start, or after the drill has said something. */
export interface Moment {
  readonly says?: RegExp
  readonly wait: number
  /** Who is killed; the main process when nothing is said. */
  readonly victim?: Victim
  /** Which drill; that of the plan when nothing is said. */
  readonly drill?: string
}

export type Victim = 'main' | 'guard' | 'both'

export interface KillPlan {
  readonly drill: string
  /** When each of the drills, all started at once, is killed. */
  readonly after: readonly Moment[]
  /** Guard and agents see the broken pipe at once, so all processes have to be gone within this. */
  readonly goneWithin: number
}

/** Runs drills side by side, kills each with SIGKILL at its moment, and reports what they left behind together. */
export async function killDrills({drill, after, goneWithin}: KillPlan): Promise<KilledDrills> {
  const folder = await mkdtemp(join(tmpdir(), 'killed-'))
  const mark = `NETDRILL_MARK_${randomUUID()}`
  const env = {XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder, HOME: folder, NETDRILL_TEST_MARK: mark}
  try {
    await Promise.all(
      after.map(async (moment, index) => {
        // Each has a mark of its own inside the common one, so that its guard can be told from the others'.
        const own = {...env, NETDRILL_TEST_MARK: `${mark}_${index}`}
        await killAfter(moment.drill ?? drill, moment, own)
      }),
    )
    const left = await eventually(
      () => processesMarked(mark),
      (pids) => pids.length === 0,
      goneWithin,
    )
    const recovered = []
    for (let turn = 0; turn < 2; turn++) {
      const {code, stdout, stderr} = await runProgram(['fault', 'recover'], {env})
      recovered.push({code, text: stdout + stderr})
    }
    return {left, journals: await journalsOf(join(folder, 'netdrill/journals')), recovered}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function killAfter(
  drill: string,
  {says, wait, victim = 'main'}: Moment,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  // An emulated processor with other work takes minutes for what a real one does in seconds.
  const running = startProgram(['drill', 'run', drill], {env, timeout: 600_000})
  // A starved machine may end a drill before it has said so: then there is nothing to kill.
  if (says) await running.waitFor(says).catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, wait))
  // The guard first: the other way round it would see its main process go.
  if (victim !== 'main') killGuard(env['NETDRILL_TEST_MARK'] ?? '')
  if (victim !== 'guard') running.child.kill('SIGKILL')
  await running.result
}

/** There is none before the first fault, and none after the last. */
function killGuard(mark: string): void {
  for (const pid of processesMarked(mark)) {
    if (!/\/guard\.(js|ts)$/.test(programOf(pid))) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** The script that a Node process runs. */
function programOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return words.find((word) => /\.(js|ts)$/.test(word)) ?? ''
  } catch {
    return ''
  }
}

async function journalsOf(place: string): Promise<readonly (readonly RunEvent[])[]> {
  const names = await readdir(place).catch(() => [])
  const texts = await Promise.all(names.map(async (name) => readFile(join(place, name), 'utf8')))
  return texts.flatMap((text, index) => (text === '' ? [] : [readJournal(names[index] ?? '', text).events]))
}

/** How many of the killed drills had a fault in force at some time. */
export function countWithFault(killed: KilledDrills): number {
  return killed.journals.filter((events) => events.some((event) => event.type === 'fault-applied')).length
}
