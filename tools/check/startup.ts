/**
 * What a start loads, from the bundle's metafile: bytes and packages that each entry reaches over static imports. Facts instead of
 * stopwatch figures, so that a slow machine fails nobody and a heavy import fails everybody.
 */
import {readFile} from 'node:fs/promises'
import type {Metafile} from 'esbuild'
import {BUDGETS, FORBIDDEN} from './startup-budgets.ts'
import type {Budget} from './startup-budgets.ts'
import type {StepResult} from './steps.ts'

export interface Reach {
  /** As a user types it: `probe tcp`; programs that users don't start keep their file name. */
  readonly name: string
  readonly bytes: number
  readonly packages: ReadonlySet<string>
  /** The inputs by path, for rules that look into a package. */
  readonly inputs: ReadonlySet<string>
}

const RUN = 'dist/run.js'

/** Judges every command together with the program that loads it, and the programs that run beside it. */
export async function judgeStartup(metafilePath: string): Promise<StepResult> {
  const metafile = JSON.parse(await readFile(metafilePath, 'utf8')) as Metafile
  const reaches = measureReach(metafile)
  const problems = reaches.flatMap((reach) => judgeReach(reach))
  const known = reaches.length > 0 ? problems : ['the metafile has no entry point']
  return {ok: known.length === 0, output: known.join('\n'), report: renderReach(reaches)}
}

/** The reach of each entry point; a command's includes that of `run.js`, which loads it. */
export function measureReach(metafile: Metafile): readonly Reach[] {
  const entries = Object.entries(metafile.outputs).filter(([path]) => isProgram(path))
  return entries
    .map(([path, output]) => {
      const command = /^src\/commands\/(.*)\.tsx?$/.exec(output.entryPoint ?? '')?.[1]
      const outputs = staticOutputs(metafile, command ? [RUN, path] : [path])
      const inputs = new Set([...outputs].flatMap((one) => Object.keys(metafile.outputs[one]?.inputs ?? {})))
      const bytes = [...outputs].reduce((sum, one) => sum + (metafile.outputs[one]?.bytes ?? 0), 0)
      return {name: command?.replaceAll('/', ' ') ?? path, bytes, inputs, packages: packagesOf(inputs)}
    })
    .sort((one, other) => one.bytes - other.bytes)
}

/** What a process starts with; other entry points are what is imported on demand, and the tools' own door to the schemas. */
const isProgram = (path: string): boolean => /^dist\/(commands\/.*|run|agent|guard)\.js$/.test(path)

function staticOutputs(metafile: Metafile, from: readonly string[]): Set<string> {
  const reached = new Set(from)
  for (const path of reached) {
    for (const {path: next, kind, external} of metafile.outputs[path]?.imports ?? []) {
      if (kind !== 'dynamic-import' && !external) reached.add(next)
    }
  }
  return reached
}

function packagesOf(inputs: ReadonlySet<string>): Set<string> {
  const names = [...inputs].map((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
  return new Set(names.filter((name) => name !== undefined))
}

/** What is wrong with one start: forbidden inputs, too many bytes. */
export function judgeReach(reach: Reach): readonly string[] {
  const problems: string[] = []
  for (const {pattern, why, except} of FORBIDDEN) {
    if (except?.includes(reach.name)) continue
    const hit = [...reach.inputs].find((input) => pattern.test(input))
    if (hit) problems.push(`${reach.name} loads ${hit} at its start: ${why}`)
  }
  const {limitKb, why} = budgetOf(reach.name)
  if (reach.bytes > limitKb * 1000) {
    problems.push(`${reach.name} loads ${kb(reach.bytes)} kB at its start, more than ${limitKb} (${why})`)
  }
  return problems
}

function budgetOf(name: string): Budget {
  const found = BUDGETS.find(({commands}) => commands.test(name))
  if (!found) throw new Error(`no start-up budget for ${name}`)
  return found
}

const kb = (bytes: number): string => (bytes / 1000).toFixed(0)

function renderReach(reaches: readonly Reach[]): string {
  const width = Math.max(5, ...reaches.map(({name}) => name.length))
  const line = (name: string, ...cells: readonly (string | number)[]): string =>
    [name.padEnd(width), ...cells.map((cell) => String(cell).padStart(8))].join(' ')
  const rows = reaches.map((reach) =>
    line(reach.name, kb(reach.bytes), budgetOf(reach.name).limitKb, reach.packages.size),
  )
  return [line('start', 'kB', 'limit', 'packages'), ...rows].join('\n')
}
