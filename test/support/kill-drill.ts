import {randomUUID} from 'node:crypto'
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {RunEvent} from '../../src/core/events.ts'
import {readJournal} from '../../src/scenarios/journal/reader.ts'
import {eventually, processesMarked} from './kernel-state.ts'
import {runProgram, startProgram} from './program.ts'

export interface KilledDrill {
  /** Processes of the drill that were still there after the time that is allowed. */
  readonly left: readonly number[]
  /** What the journal held; null when it was killed before there was one. */
  readonly events: readonly RunEvent[] | null
  /** Exit codes and texts of two `fault recover` in a row. */
  readonly recovered: readonly {readonly code: number | null; readonly text: string}[]
}

/** A killed drill's processes have to be gone within this: guard and agents see the broken pipe at once. */
const GONE_WITHIN = 3000

/** Runs a drill, kills it with SIGKILL after `after` milliseconds, and reports what it left behind. */
export async function killDrill(drill: string, after: number): Promise<KilledDrill> {
  const folder = await mkdtemp(join(tmpdir(), 'killed-'))
  const mark = `NETDRILL_MARK_${randomUUID()}`
  const env = {XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder, HOME: folder, NETDRILL_TEST_MARK: mark}
  try {
    const running = startProgram(['drill', 'run', drill], {env})
    await new Promise((resolve) => setTimeout(resolve, after))
    running.child.kill('SIGKILL')
    await running.result
    const left = await eventually(
      () => processesMarked(mark),
      (pids) => pids.length === 0,
      GONE_WITHIN,
    )
    const recovered = []
    for (let turn = 0; turn < 2; turn++) {
      const {code, stdout, stderr} = await runProgram(['fault', 'recover'], {env})
      recovered.push({code, text: stdout + stderr})
    }
    return {left, events: await journalOf(folder), recovered}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function journalOf(folder: string): Promise<readonly RunEvent[] | null> {
  const place = join(folder, 'netdrill/journals')
  const [name] = await readdir(place).catch(() => [])
  if (name === undefined) return null
  const text = await readFile(join(place, name), 'utf8')
  return text === '' ? null : readJournal(name, text).events
}
