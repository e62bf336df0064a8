/** Whether every bundled drill can fail: run with what it checks broken, and with faults that have no effect. */
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Attempt, allAttempts} from '../../test/support/broken-drills/attempts.ts'
import {type Ended, runEdited} from '../../test/support/broken-drills/run-edited.ts'

export interface DrillsFailRequest {
  readonly attempts: readonly Attempt[]
  /** Drills that run at the same time. */
  readonly atOnce: number
}

export interface Tried {
  readonly attempt: Attempt
  readonly ended: Ended
  /** Null: it ended as it should. */
  readonly complaint: string | null
}

/** Those whose name, drill or kind has one of these words in it; all when there is none. */
export function chooseAttempts(words: readonly string[]): readonly Attempt[] {
  const every = allAttempts()
  if (words.length === 0) return every
  return every.filter(({drill, kind}) => words.some((word) => word === kind || drill.startsWith(word)))
}

/** Exit 6: this machine lacks something, so that the drill can't be tried. */
export const NOT_HERE = 6
/** That it passed is sure; that it noticed more than it should, or concluded nothing, may be because the machine is busy. */
const PASSED = 0

export async function tryDrills(
  {attempts, atOnce}: DrillsFailRequest,
  say: (tried: Tried) => void,
): Promise<readonly Tried[]> {
  const folder = await mkdtemp(join(tmpdir(), 'netdrill-drills-fail-'))
  const tried: Tried[] = []
  const again: Attempt[] = []
  const waiting = attempts.map((attempt, place) => ({attempt, home: join(folder, String(place))}))
  const one = async (attempt: Attempt, home: string, last: boolean): Promise<void> => {
    const ended = await runEdited({
      drill: attempt.drill,
      text: attempt.text(),
      home,
      ...(await attempt.tools(home)),
    })
    const complaint = ended.code === NOT_HERE ? null : attempt.complaint(ended)
    if (complaint !== null && !last && ended.code !== PASSED) {
      again.push(attempt)
      return
    }
    tried.push({attempt, ended, complaint})
    say({attempt, ended, complaint})
  }
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await one(next.attempt, next.home, false)
  }
  try {
    await Promise.all(Array.from({length: atOnce}, work))
    for (const [place, attempt] of again.entries()) await one(attempt, join(folder, `again-${place}`), true)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
  return tried
}
