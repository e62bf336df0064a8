/** Runs the steps, one line each as they end, and what the failed ones said at the end. */
import {BUNDLE_STEPS, SOURCE_STEPS} from './steps.ts'
import type {Step, StepResult} from './steps.ts'

interface Finished {
  readonly name: string
  readonly result: StepResult
}

/** Runs all steps, or those whose names are given. Returns the exit status. */
export async function check(names: readonly string[]): Promise<number> {
  const isWanted = ({name}: Step): boolean => names.length === 0 || names.includes(name)
  const unknown = names.filter(
    (name) => ![...SOURCE_STEPS, ...BUNDLE_STEPS].some((step) => step.name === name),
  )
  if (unknown.length > 0) {
    const known = [...SOURCE_STEPS, ...BUNDLE_STEPS].map(({name}) => `"${name}"`)
    process.stderr.write(`no step ${unknown.join(', ')}; there are ${known.join(', ')}\n`)
    return 2
  }
  // Two lanes: the linter and the compiler use more than one core by themselves.
  const queue = SOURCE_STEPS.filter(isWanted)
  const lane = async (): Promise<Finished[]> => {
    const finished: Finished[] = []
    for (let step = queue.shift(); step; step = queue.shift()) finished.push(await runStep(step))
    return finished
  }
  const finished = (await Promise.all([lane(), lane()])).flat()
  for (const step of BUNDLE_STEPS.filter(isWanted)) finished.push(await runStep(step))
  return conclude(finished)
}

async function runStep(step: Step): Promise<Finished> {
  const started = performance.now()
  const result = await step
    .run()
    .catch((error: unknown) => ({ok: false, output: String((error as Error).stack)}))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(
    `${result.ok ? 'ok    ' : 'FAILED'} ${step.name.padEnd(10)} ${seconds.padStart(6)} s\n`,
  )
  return {name: step.name, result}
}

function conclude(finished: readonly Finished[]): number {
  for (const {result} of finished) if (result.report) process.stdout.write(`\n${result.report}\n`)
  const failed = finished.filter(({result}) => !result.ok)
  for (const {name, result} of failed) process.stdout.write(`\n--- ${name}\n${result.output.trim()}\n`)
  const names = failed.map(({name}) => name).join(', ')
  process.stdout.write(
    failed.length > 0 ? `\n${failed.length} of ${finished.length} steps failed: ${names}\n` : '\nall good\n',
  )
  return failed.length > 0 ? 1 : 0
}
