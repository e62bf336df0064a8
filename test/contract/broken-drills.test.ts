/** Every bundled drill has a row that says how what it checks can be broken, and what of it must notice. */
import {describe, expect, it} from 'vitest'
import {BUNDLED_DRILLS} from '../../src/scenarios/bundled/registry.ts'
import {loadDrill} from '../../src/scenarios/load-drill.ts'
import {aimElsewhere} from '../support/broken-drills/aim-elsewhere.ts'
import {editDrill} from '../support/broken-drills/edit-drill.ts'
import {readBrokenRows} from '../support/broken-drills/rows.ts'
import {textOf} from '../support/broken-drills/run-edited.ts'

/** Drills that still have to get theirs; docs/adding-a-drill.md tells how. */
const NO_ROW_YET: readonly string[] = []

const rows = readBrokenRows()
const load = async (drill: string, text: string): ReturnType<typeof loadDrill> =>
  loadDrill({name: drill, file: `${drill}.yaml`, text, env: () => undefined})

const loaded = new Map<string, ReturnType<typeof loadDrill>>()
async function wholeOf(drill: string): ReturnType<typeof loadDrill> {
  const known = loaded.get(drill) ?? load(drill, textOf(drill))
  loaded.set(drill, known)
  return known
}

describe('the rows that break bundled drills', () => {
  it('are there for every drill, and for nothing else', () => {
    const drills = Object.keys(BUNDLED_DRILLS)
    const named = new Set(rows.map(({drill}) => drill))
    const missing = drills.filter((drill) => !named.has(drill))
    expect(missing.toSorted()).toEqual(NO_ROW_YET.toSorted())
    expect([...named].filter((drill) => !drills.includes(drill))).toEqual([])
  })

  it.each(rows)('$drill, where $breaks, is still a drill with these expectations', async (row) => {
    const {spec} = await load(row.drill, editDrill(textOf(row.drill), row))
    const {spec: whole} = await wholeOf(row.drill)
    const known = [
      ...whole.expect.map((one) => one.text),
      ...(whole.budgets ?? []).map(({target, text: words}) => `the budget ${target}: ${words}`),
    ]
    expect([...row.fails, ...row.also].filter((one) => !known.includes(one))).toEqual([])
    expect(spec.expect.map((one) => one.text)).toEqual(whole.expect.map((one) => one.text))
    expect(spec).not.toEqual(whole)
  })

  it('can be read with faults that hit nobody', async () => {
    for (const drill of Object.keys(BUNDLED_DRILLS)) {
      const {spec} = await load(drill, aimElsewhere(textOf(drill)))
      expect(spec.faults, drill).not.toEqual((await wholeOf(drill)).spec.faults)
    }
  })
})
