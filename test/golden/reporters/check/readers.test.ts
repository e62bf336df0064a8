/** The reports of the recorded check as those programs read them that they are for. */
import {type SpawnSyncReturns, spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {parse as parseYaml} from 'yaml'
import {describe, expect, it} from 'vitest'
import type {CheckResult} from '../../../../src/core/check-result.ts'
import {CHECK_REPORTS, type CheckReportName} from '../../../../src/reporters/check/registry.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url))
const recorded = JSON.parse(readFileSync(fixture('runs/check.json'), 'utf8')) as CheckResult

async function render(name: CheckReportName): Promise<string> {
  return (await CHECK_REPORTS[name].load())(recorded)
}

/** Null where the program is not installed. */
function read(program: string, args: readonly string[], input: string): SpawnSyncReturns<string> | null {
  const result = spawnSync(program, args, {input, encoding: 'utf8'})
  return result.error && 'code' in result.error && result.error.code === 'ENOENT' ? null : result
}

describe('--prom', () => {
  it('is what promtool takes, without a remark', async (context) => {
    const result = read('promtool', ['check', 'metrics'], await render('prom'))
    if (!result) return context.skip('promtool (prometheus) is not installed')
    const {status, stdout, stderr} = result
    expect({status, stdout, stderr}).toEqual({status: 0, stdout: '', stderr: ''})
  })
})

describe('--junit', () => {
  it('is what the schema of JUnit files allows', async (context) => {
    const args = ['--noout', '--nonet', '--schema', fixture('schemas/junit.xsd'), '-']
    const result = read('xmllint', args, await render('junit'))
    if (!result) return context.skip('xmllint (libxml2-utils) is not installed')
    expect({status: result.status, stderr: result.stderr}).toEqual({status: 0, stderr: '- validates\n'})
  })

  it.each([
    ['tests', '//testcase'],
    ['failures', '//failure'],
    ['skipped', '//skipped'],
  ])('counts in "%s" what is there', async (attribute, path) => {
    const xml = await render('junit')
    const values = ['/testsuites', '/testsuites/testsuite'].map((at) => `sum(${at}/@${attribute})`)
    const counts = [...values, `count(${path})`].map(
      (expression) => read('xmllint', ['--xpath', expression, '-'], xml)?.stdout.trim() ?? 'no xmllint',
    )
    expect(new Set(counts).size).toBe(1)
  })
})

interface TapPoint {
  readonly ok: boolean
  readonly number: number
  readonly directive: string
  readonly block: Readonly<Record<string, unknown>>
}

/** As in the specification of TAP 14: version, plan, points with a YAML block each, comments. Throws for anything else. */
function parseTap(text: string): {readonly plan: number; readonly points: readonly TapPoint[]} {
  const [version, plan, ...lines] = text.trimEnd().split('\n')
  if (version !== 'TAP version 14') throw new Error(`no version: ${version}`)
  const points: TapPoint[] = []
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line.startsWith('# ') || line.startsWith('Bail out!')) continue
    const point = /^(not )?ok (\d+) - (?:[^#\\]|\\[#\\])*(?:# (SKIP|TODO)\b(?:[^#\\]|\\[#\\])*)?$/.exec(line)
    if (!point) throw new Error(`no test point: ${line}`)
    if (lines.shift() !== '  ---') throw new Error(`no block after ${line}`)
    const end = lines.indexOf('  ...')
    const block = parseYaml(lines.splice(0, end).join('\n')) as TapPoint['block']
    lines.shift()
    points.push({ok: point[1] === undefined, number: Number(point[2]), directive: point[3] ?? '', block})
  }
  return {plan: Number(/^1\.\.(\d+)$/.exec(plan ?? '')?.[1]), points}
}

describe('--tap', () => {
  it('is what a parser of TAP 14 reads, with the verdict of the check', async () => {
    const {plan, points} = parseTap(await render('tap'))
    expect(points.map(({number}) => number)).toEqual(Array.from({length: plan}, (_, index) => index + 1))
    // A point that is not ok fails the run, unless it is still to do.
    const failed = points.filter(({ok, directive}) => !ok && directive !== 'TODO')
    expect(failed).toHaveLength(recorded.counts.failed + recorded.counts.groups_failed)
    expect(points.filter(({directive}) => directive === 'TODO')).toHaveLength(recorded.counts.down)
    expect(points.find(({block}) => block['code'] === 'TCP_TIMEOUT')?.block['message']).toContain(
      '100% #1 \\ |',
    )
  })
})

describe('--md', () => {
  it('has tables whose rows all have as many cells as their head', async () => {
    const tables = (await render('md')).split('\n\n').filter((part) => part.startsWith('|'))
    expect(tables).toHaveLength(2)
    for (const table of tables) {
      const widths = table
        .trimEnd()
        .split('\n')
        .map((row) => row.split(/(?<!\\)\|/).length)
      expect(new Set(widths).size).toBe(1)
    }
  })

  it('shows every target and group once, and lets nothing become markup', async () => {
    const text = await render('md')
    const tables = text.split('\n\n').filter((part) => part.startsWith('|'))
    const rows = tables.flatMap((table) => table.trimEnd().split('\n').slice(2))
    expect(rows).toHaveLength(recorded.targets.length + recorded.groups.length)
    expect(text).not.toMatch(/<b>|(?<!\\)\]\(u\)|@all/)
  })
})
