import type {Metafile} from 'esbuild'
import {describe, expect, it} from 'vitest'
import {BUDGETS, FORBIDDEN} from '../../tools/check/startup-budgets.ts'
import {judgeReach, measureReach} from '../../tools/check/startup.ts'

type Import = {readonly path: string; readonly kind: 'import-statement' | 'dynamic-import'}

/** A made-up output with one input per path, and the bytes that it weighs. */
function output(
  entryPoint: string | undefined,
  bytes: number,
  inputs: readonly string[],
  imports: readonly Import[],
) {
  const contents = Object.fromEntries(inputs.map((path) => [path, {bytesInOutput: 1}]))
  return {bytes, inputs: contents, imports: [...imports], exports: [], ...(entryPoint && {entryPoint})}
}

/** A program with one command that imports `chunk.js`, by the kind given. */
function metafile(kind: Import['kind'], chunkInput: string, chunkBytes = 1000): Metafile {
  return {
    inputs: {},
    outputs: {
      'dist/run.js': output(
        'src/run.ts',
        200_000,
        ['src/run.ts', 'node_modules/@oclif/core/lib/index.js'],
        [],
      ),
      'dist/commands/explain.js': output(
        'src/commands/explain.ts',
        1000,
        ['src/commands/explain.ts'],
        [{path: 'dist/chunk.js', kind}],
      ),
      'dist/chunk.js': output(undefined, chunkBytes, [chunkInput], []),
    },
  }
}

const problems = (file: Metafile): readonly string[] => measureReach(file).flatMap(judgeReach)

describe('what a start may load', () => {
  it('adds up the program and everything that a command imports', () => {
    const explain = measureReach(metafile('import-statement', 'src/core/codes.ts')).find(
      ({name}) => name === 'explain',
    )
    expect(explain?.bytes).toBe(202_000)
    expect([...(explain?.packages ?? [])]).toEqual(['@oclif/core'])
  })

  it.for([
    'node_modules/ink/build/index.js',
    'node_modules/react/index.js',
    'node_modules/execa/index.js',
    'node_modules/undici/index.js',
    'node_modules/koffi/index.js',
    'node_modules/@opentelemetry/api/build/index.js',
    'node_modules/zod/v4/locales/de.js',
    'node_modules/typescript/lib/typescript.js',
  ])('objects to a static import of %s, not to one on demand', (path) => {
    expect(problems(metafile('import-statement', path))).toHaveLength(1)
    expect(problems(metafile('dynamic-import', path))).toEqual([])
  })

  it('objects to a light command that weighs too much', () => {
    expect(problems(metafile('import-statement', 'src/core/big.ts', 160_000))).toEqual([
      expect.stringContaining('explain loads 361 kB'),
    ])
  })

  it('has a budget for every command, and a reason for every rule', () => {
    for (const name of ['explain', 'probe tcp', 'drill run', 'dist/agent.js']) {
      expect(
        BUDGETS.some(({commands}) => commands.test(name)),
        name,
      ).toBe(true)
    }
    for (const {why} of FORBIDDEN) expect(why.length).toBeGreaterThan(20)
  })
})
