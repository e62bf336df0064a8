import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {listDrills} from '../../src/app/list-drills.ts'
import {openPorts} from '../../src/app/ports.ts'
import {BUNDLED_DRILLS} from '../../src/scenarios/bundled/registry.ts'
import {requireBundle, runProgram} from '../support/program.ts'

/** They wait most of the time, each in namespaces of its own; more at once would disturb each other's figures on two processors. */
const AT_ONCE = 5
/** The longest begin first, so that none of them is left for the end. */
const LONGEST = ['demo', 'webrtc-ice-restart', 'webrtc-restart-budget', 'webrtc-short-blackout']
/** So many may want the machine to themselves: several at once leave some of them too few samples, or none at the right moment. */
const MOST_ALONE = 8
const AS_WANTED: readonly (number | null)[] = [0, 6]

/** Of `--json`: a result, or an error. */
interface Ended {
  readonly verdict?: string | null
  readonly problems?: readonly {readonly code: string}[]
  readonly reasons?: readonly string[]
  readonly expectations?: readonly {readonly text: string; readonly met: boolean; readonly actual: string}[]
}

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const isLong = (name: string): boolean => LONGEST.includes(name)

async function run(name: string): Promise<void> {
  const home = join(folder, name)
  const env = {XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home, HOME: home}
  outcomes.set(name, await runProgram(['drill', 'run', name, '--json'], {env, timeout: 180_000}))
}

/** What was not met, and the reasons of the verdict. */
function whyOf({stdout, stderr}: Outcome): string {
  if (stdout === '') return stderr
  const {reasons = [], expectations = []} = JSON.parse(stdout) as Ended
  const unmet = expectations.filter(({met}) => !met).map(({text, actual}) => `${text}: ${actual}`)
  return [...unmet, ...reasons].join('; ')
}

const outcomes = new Map<string, Outcome>()
let folder = ''
beforeAll(async () => {
  requireBundle()
  folder = await mkdtemp(join(tmpdir(), 'bundled-'))
  const waiting = Object.keys(BUNDLED_DRILLS).toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)))
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await run(name)
  }
  await Promise.all(Array.from({length: AT_ONCE}, work))
  const again = [...outcomes].filter(([, {code}]) => !AS_WANTED.includes(code))
  for (const [name, outcome] of again) {
    process.stdout.write(
      `${name} once more, alone: beside others it ended with ${outcome.code}: ${whyOf(outcome)}\n`,
    )
    if (again.length <= MOST_ALONE) await run(name)
  }
}, 500_000)
afterAll(async () => rm(folder, {recursive: true, force: true}))

describe('every bundled drill', () => {
  it.each(Object.keys(BUNDLED_DRILLS))(
    '%s passes where the machine has what it needs, and ends with exit 6 and the reason elsewhere',
    async (name) => {
      const listed = (await listDrills(openPorts(1))).find((drill) => drill.name === name)
      const outcome = outcomes.get(name) ?? {code: null, stdout: '{}', stderr: ''}
      const {code, stdout} = outcome
      const {verdict = null, problems = []} = JSON.parse(stdout) as Ended
      const seen = {code, verdict, codes: problems.map((problem) => problem.code)}
      const wanted = listed?.runs
        ? {code: 0, verdict: 'pass', codes: []}
        : {code: 6, verdict: null, codes: ['CAPABILITY_MISSING']}
      expect(seen, whyOf(outcome)).toEqual(wanted)
    },
  )
})
