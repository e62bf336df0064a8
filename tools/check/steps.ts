/** The steps of `npm run check`, in the order in which they start. */
import {runProgram} from '../support/run-program.mjs'
import {inRoot, root} from '../set-up/paths.mjs'

export interface StepResult {
  readonly ok: boolean
  /** Shown when the step failed. */
  readonly output: string
  /** Shown in any case. */
  readonly report?: string
}

export interface Step {
  readonly name: string
  readonly run: () => Promise<StepResult>
}

/** A program of node_modules as a step: status 0 is good. */
const program = (name: string, file: string, ...args: readonly string[]): Step => ({
  name,
  run: async () => {
    const {status, output} = await runProgram(
      process.execPath,
      [inRoot('node_modules/.bin', file), ...args],
      {
        cwd: root,
      },
    )
    return {ok: status === 0, output}
  },
})

/** Steps that read the sources; they can run side by side. */
export const SOURCE_STEPS: readonly Step[] = [
  program('types', 'tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', '.cache/tsc.json'),
  program('lint', 'oxlint', '--deny-warnings', '--format=unix'),
  program('layers', 'depcruise', 'src', '--config', '.dependency-cruiser.mjs'),
  program('dead code', 'knip', '--no-progress', '--no-config-hints'),
  program('format', 'prettier', '--check', '--log-level=warn', '.'),
]

/** Steps that need the bundle, one after the other. */
export const BUNDLE_STEPS: readonly Step[] = [
  {
    name: 'build',
    run: async () => {
      const {status, output} = await runProgram(process.execPath, [inRoot('tools/build.mjs')], {cwd: root})
      return {ok: status === 0, output}
    },
  },
  {
    name: 'generated',
    run: async () => {
      const {staleFiles} = await import('../generate/files.mjs')
      const stale: readonly string[] = await staleFiles()
      return {ok: stale.length === 0, output: `stale: ${stale.join(', ')}\nrun: npm run generate`}
    },
  },
  {
    name: 'start-up',
    run: async () => {
      const {judgeStartup} = await import('./startup.ts')
      return judgeStartup(inRoot('dist/meta.json'))
    },
  },
]
