/** A sample of `npm run soak -- drills-fail`: one of each kind of behaviour, broken, and drills whose faults have no effect. */
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {EXIT} from '../../src/core/exit-codes.ts'
import {type Attempt, allAttempts} from '../support/broken-drills/attempts.ts'
import {told} from '../support/broken-drills/judge-row.ts'
import {type Ended, runEdited} from '../support/broken-drills/run-edited.ts'
import {requireBundle} from '../support/program.ts'

/** They wait most of the time; more would take the samples of the file beside this one. */
const AT_ONCE = 3

const attempts = allAttempts().filter(({sampled}) => sampled)
const ended = new Map<Attempt, Ended>()
let folder = ''

beforeAll(async () => {
  requireBundle()
  folder = await mkdtemp(join(tmpdir(), 'broken-'))
  const waiting = [...attempts.entries()]
  const run = async (attempt: Attempt, name: string): Promise<void> => {
    const home = join(folder, name)
    const tools = await attempt.tools(home)
    ended.set(attempt, await runEdited({drill: attempt.drill, text: attempt.text(), home, ...tools}))
  }
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await run(next[1], String(next[0]))
  }
  await Promise.all(Array.from({length: AT_ONCE}, work))
  // On a busy machine a drill may notice more than it should, or conclude nothing: it gets another try with the machine to itself.
  for (const [attempt, end] of [...ended])
    if (end.code !== EXIT.pass && attempt.complaint(end) !== null)
      await run(attempt, `again-${attempt.drill}`)
}, 200_000)
afterAll(async () => rm(folder, {recursive: true, force: true}))

describe('a bundled drill', () => {
  it.for(attempts)('$drill does not pass where $what', (attempt, context) => {
    const end = ended.get(attempt)
    if (!end) throw new Error('it was not run')
    if (end.code === EXIT.capability) context.skip(told(end))
    // Of a machine that is too busy, also when the drill has it to itself; a pass is never taken for that.
    if (end.code === EXIT.inconclusive && attempt.complaint(end) !== null) context.skip(told(end))
    expect(attempt.complaint(end), `${told(end)}\n${end.stderr.slice(-2000)}`).toBeNull()
  })
})
