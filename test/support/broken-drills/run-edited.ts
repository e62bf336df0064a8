/** Runs drills whose documents were changed, and says what came of them. */
import {readFileSync} from 'node:fs'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {BUNDLED_DRILLS, isBundled} from '../../../src/scenarios/bundled/registry.ts'
import {runProgram} from '../program.ts'

/** Of `drill run --json`, whichever way it ended. */
export interface Ended {
  readonly code: number | null
  readonly verdict: string | null
  readonly reasons: readonly string[]
  /** Expectations and budgets that were not met, in the words of the verdict. */
  readonly unmet: readonly string[]
  readonly unjudged: readonly string[]
  readonly seconds: number
  readonly stderr: string
}

interface Judged {
  readonly text: string
  readonly subject?: string
  readonly met: boolean | null
}

interface Document {
  readonly verdict?: string
  readonly reasons?: readonly string[]
  readonly expectations?: readonly Judged[]
  readonly budgets?: readonly Judged[]
  readonly problems?: readonly {readonly code: string; readonly message: string}[]
}

/** None takes longer than a minute. */
const PATIENCE = 120_000

export function textOf(drill: string): string {
  if (!isBundled(drill)) throw new Error(`there is no bundled drill ${drill}`)
  const {file} = BUNDLED_DRILLS[drill]
  return readFileSync(new URL(`../../../src/scenarios/bundled/${file}`, import.meta.url), 'utf8')
}

export interface EditedRun {
  readonly drill: string
  readonly text: string
  /** A folder of its own. */
  readonly home: string
  /** Searched before the others. */
  readonly bin?: string
}

export async function runEdited({drill, text, home, bin}: EditedRun): Promise<Ended> {
  await mkdir(home, {recursive: true})
  const file = join(home, `${drill}.yaml`)
  await writeFile(file, text)
  const path = bin === undefined ? {} : {PATH: `${bin}:${process.env['PATH'] ?? ''}`}
  const env = {XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home, HOME: home, ...path}
  const began = performance.now()
  const {code, stdout, stderr} = await runProgram(['drill', 'run', file, '--json'], {env, timeout: PATIENCE})
  return {code, ...endOf(stdout), seconds: (performance.now() - began) / 1000, stderr}
}

function endOf(stdout: string): Pick<Ended, 'verdict' | 'reasons' | 'unmet' | 'unjudged'> {
  const {verdict = null, reasons, expectations = [], budgets = [], problems = []} = readDocument(stdout)
  const judged = [
    ...expectations,
    ...budgets.map((one) => ({...one, text: `the budget ${one.subject ?? ''}: ${one.text}`})),
  ]
  const those = (met: boolean | null): readonly string[] =>
    judged.filter((one) => one.met === met).map(({text}) => text)
  return {
    verdict,
    reasons: reasons ?? problems.map(({code, message}) => `${code}: ${message}`),
    unmet: those(false),
    unjudged: those(null),
  }
}

function readDocument(stdout: string): Document {
  try {
    return JSON.parse(stdout) as Document
  } catch {
    return {reasons: [`no document: ${stdout.slice(0, 200)}`]}
  }
}
