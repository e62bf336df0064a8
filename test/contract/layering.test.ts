import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {cruise} from 'dependency-cruiser'
import type {ICruiseResult} from 'dependency-cruiser'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {CRUISE_OPTIONS, RESOLVE_OPTIONS} from '../../tools/check/cruise-options.ts'
import {LAYER_RULES, forbiddenBy} from '../../tools/check/layer-rules.ts'

const LAYERS =
  'advice app commands config connections core faults lab policies probes reporters scenarios system ui'

async function cruiseIn(baseDir: string, folder: string): Promise<ICruiseResult> {
  const ruleSet = {forbidden: LAYER_RULES.map(forbiddenBy)}
  const {output} = await cruise(
    [folder],
    {...CRUISE_OPTIONS, ruleSet, validate: true, baseDir},
    RESOLVE_OPTIONS,
  )
  if (typeof output === 'string') throw new Error(output)
  return output
}

describe('layering', () => {
  let planted: string
  let found: ICruiseResult

  beforeAll(async () => {
    planted = mkdtempSync(join(tmpdir(), 'netdrill-layers-'))
    symlinkSync(resolve('node_modules'), join(planted, 'node_modules'))
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(planted, path)), {recursive: true})
      writeFileSync(join(planted, path), `${text}\nexport {}\n`)
    }
    for (const name of LAYERS.split(' ')) write(`src/${name}/index.ts`, '')
    for (const {plant} of LAYER_RULES) {
      for (const [path, text] of Object.entries(plant)) write(path, text)
    }
    found = await cruiseIn(planted, 'src')
  })

  afterAll(() => {
    rmSync(planted, {recursive: true})
  })

  it.for(LAYER_RULES)('objects to what $name forbids', ({name, plant}) => {
    const violations = found.summary.violations.filter(({from}) => from in plant)
    expect(violations.map(({rule}) => rule.name)).toContain(name)
  })

  it('has nothing against files that import nothing', () => {
    const innocent = found.summary.violations.filter(({from}) => from.endsWith('/index.ts'))
    expect(innocent).toEqual([])
  })

  it('gives a reason for every rule', () => {
    for (const {name, comment} of LAYER_RULES) expect(comment.length, name).toBeGreaterThan(30)
  })

  it('sees the modules of src', async () => {
    const {summary} = await cruiseIn(resolve('.'), 'src/core')
    expect(summary.totalCruised).toBeGreaterThan(10)
  })
})
