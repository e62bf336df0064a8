import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {stripControl} from '../../../../src/core/text.ts'
import {displayWidth} from '../../../../src/core/width.ts'
import type {CheckResult} from '../../../../src/core/check-result.ts'
import {renderGithub} from '../../../../src/reporters/check/github.ts'
import {type CheckHumanOptions, checkHuman, renderCheckHuman} from '../../../../src/reporters/check/human.ts'
import {renderCheckJson} from '../../../../src/reporters/check/json.ts'
import {checkNagiosExit, renderCheckNagios} from '../../../../src/reporters/check/nagios.ts'
import {CHECK_REPORTS} from '../../../../src/reporters/check/registry.ts'
import {checked, checkTarget, concluded, good, recordCheck} from '../../../support/check-runs.ts'

const RECORDED = new URL('../../../fixtures/runs/check.json', import.meta.url)
const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as CheckResult
const LOOK: CheckHumanOptions = {color: false, unicode: true, width: 80, quiet: false, verbose: false}
const pathOf = (file: string): string => `ci/${file}`

describe('the recorded check', () => {
  it('is what its recorder makes', () => {
    expect(JSON.parse(JSON.stringify(recordCheck()))).toEqual(recorded)
  })
})

describe('reports of the recorded check', () => {
  it.each(Object.entries(CHECK_REPORTS))('%s', async (name, {load}) => {
    const text = (await load())(recorded)
    await expect(text).toMatchFileSnapshot(`./check.${name}.txt`)
    expect(text.split('\n').map(stripControl).join('\n')).toBe(text)
  })

  it.each<[string, Partial<CheckHumanOptions>]>([
    ['human', {}],
    ['human-verbose-narrow', {verbose: true, width: 60}],
    ['human-quiet-ascii', {quiet: true, unicode: false}],
  ])('%s', async (name, options) => {
    const text = renderCheckHuman(recorded, {...LOOK, ...options})
    await expect(text).toMatchFileSnapshot(`./check.${name}.txt`)
    const width = options.width ?? 80
    expect(text.split('\n').filter((line) => displayWidth(line) > width)).toEqual([])
  })

  it('json is the result itself', () => {
    expect(JSON.parse(renderCheckJson(recorded))).toMatchObject({
      schema: 'netdrill/check/1',
      verdict: 'fail',
      exit: 1,
    })
  })

  it('github annotations stand at the line of the failing condition, one line each', async () => {
    const text = renderGithub(recorded, {pathOf})
    await expect(text).toMatchFileSnapshot('./check.github.txt')
    expect(
      text
        .trimEnd()
        .split('\n')
        .every((line) => /^::(error|warning) /.test(line)),
    ).toBe(true)
  })

  it('the line for a monitor has one bar and no line break', async () => {
    const text = renderCheckNagios(recorded)
    await expect(text).toMatchFileSnapshot('./check.nagios.txt')
    expect(text.split('|')).toHaveLength(2)
    expect(checkNagiosExit(recorded)).toBe(2)
  })
})

describe('a report for people', () => {
  it('colours only when asked to', () => {
    const plain = renderCheckHuman(recorded, LOOK)
    const colored = renderCheckHuman(recorded, {...LOOK, color: true})
    expect(plain).not.toContain('\u001B')
    expect(colored).toContain('\u001B[31m')
    // oxlint-disable-next-line no-control-regex -- taking the colours away
    expect(colored.replace(/\u001B\[\d+m/g, '')).toBe(plain)
  })

  it('is the same line by line as at once', () => {
    const human = checkHuman(
      [...recorded.targets, ...recorded.groups].map(({name}) => name),
      LOOK,
    )
    const lines = recorded.targets.map((target) => human.target(target)).join('') + human.end(recorded)
    expect(lines).toBe(renderCheckHuman(recorded, LOOK))
  })
})

describe('the line for a monitor', () => {
  it.each([
    ['OK', 0, 0, 0],
    ['WARNING', 1, 2, 1],
  ])('says %s with exit code %i', (word, exit, retries) => {
    const result = concluded([checked(checkTarget('a'), [good(1)], retries)])
    expect(renderCheckNagios(result)).toMatch(new RegExp(`^NETDRILL ${word} - `))
    expect(checkNagiosExit(result)).toBe(exit)
  })
})
