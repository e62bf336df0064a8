import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {beforeAll, describe, expect, it} from 'vitest'
import {requireBundle, runProgram} from '../../support/program.ts'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/lint/${name}.yaml`, import.meta.url))

beforeAll(requireBundle)

describe('policy lint', () => {
  it.each([
    ['clean', [], 0],
    ['no-jitter', [], 0],
    ['no-jitter', ['--fail-on', 'warning'], 1],
    ['cap-unreached', ['--fail-on', 'warning'], 0],
    ['zero-wait', [], 1],
    ['clean', ['--detection', '30'], 2],
  ] as const)('%s with %j ends with exit %i', async (name, flags, code) => {
    expect((await runProgram(['policy', 'lint', fixture(name), ...flags])).code).toBe(code)
  })

  it('shows the place, the reason and the fix', async () => {
    const {stdout} = await runProgram(['policy', 'lint', fixture('no-jitter')])
    expect(stdout).toMatch(/no-jitter\.yaml:9:\d+: warning LINT_NO_JITTER: subject: no wait is spread/)
    expect(stdout).toMatch(/\^\^\^\^\n {2}→ set retry\.jitter/)
    expect(stdout).toContain('1 policy: 0 errors, 1 warning, 0 info')
  })

  it('prints JSON', async () => {
    const {stdout} = await runProgram(['policy', 'lint', fixture('zero-wait'), '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'netdrill/policy-lint/1',
      findings: [{code: 'LINT_ZERO_WAIT', severity: 'error', policy: 'subject', position: {line: 6}}],
      counts: {error: 1, warning: 0, info: 0},
      failed: true,
    })
  })
})

describe('policy simulate', () => {
  const ARGS = ['policy', 'simulate', 'tunnel-client', '--clients', '2000', '--seed', '7']

  it('gives the same figures for the same seed, and others for another', async () => {
    const [one, two, three] = await Promise.all([
      runProgram([...ARGS, '--json']),
      runProgram([...ARGS, '--json']),
      runProgram([...ARGS, '--json', '--seed', '8']),
    ])
    expect(one.code).toBe(0)
    expect(one.stdout).toBe(two.stdout)
    expect(three.stdout).not.toBe(one.stdout)
    const {variants} = JSON.parse(one.stdout) as {variants: {name: string; peak: {after_heal: number}}[]}
    expect(variants.map(({name}) => name)).toEqual([
      'as_written',
      'without_jitter',
      'with_breaker',
      'with_budget',
    ])
    expect(variants[0]?.peak.after_heal).toBeLessThan(variants[1]?.peak.after_heal ?? 0)
  })

  it('plots within 80 columns, in ASCII where the terminal has no more', async () => {
    const {stdout} = await runProgram(ARGS, {env: {LC_ALL: 'C'}})
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/)
    expect(stdout).toContain('heal 10m')
    for (const line of stdout.split('\n').slice(3)) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('writes a picture that needs nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'netdrill-svg-'))
    try {
      const path = join(folder, 'herd.svg')
      expect((await runProgram([...ARGS, '--svg', path])).stderr).toBe(`wrote ${path}\n`)
      const svg = await readFile(path, 'utf8')
      expect(svg).toMatch(/^<svg .*<\/svg>\n$/s)
      expect(svg).toContain('prefers-color-scheme: dark')
      expect(svg).not.toMatch(/href|NaN|undefined/)
    } finally {
      await rm(folder, {recursive: true, force: true})
    }
  })
})
