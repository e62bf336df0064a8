import {readFile, readdir} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {FAULT_KINDS, type FaultKindName} from '../../src/faults/registry.ts'
import {BUNDLED_DRILLS} from '../../src/scenarios/bundled/registry.ts'
import {loadDrill} from '../../src/scenarios/load-drill.ts'

const folder = new URL('../../src/scenarios/bundled/', import.meta.url)

/** None so far: a kind that no drill shows needs a reason here. */
const NOT_SHOWN: Readonly<Partial<Record<FaultKindName, string>>> = {}

describe('bundled drills', () => {
  it('show every kind of fault, or it is said here why not', async () => {
    const specs = await Promise.all(
      Object.entries(BUNDLED_DRILLS).map(async ([name, {file}]) => {
        const text = await readFile(new URL(file, folder), 'utf8')
        return (await loadDrill({name, file, text, env: () => undefined})).spec
      }),
    )
    // In force some time, not only written down.
    const shown = new Set(
      specs.flatMap(({timeline, faults}) => timeline.map(({fault}) => faults[fault]?.kind ?? '')),
    )
    const missing = FAULT_KINDS.filter((kind) => !shown.has(kind))
    expect(missing.filter((kind) => NOT_SHOWN[kind] === undefined)).toEqual([])
    expect(Object.keys(NOT_SHOWN).filter((kind) => shown.has(kind))).toEqual([])
  })

  it('has a registry line for every file and a file for every line', async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted()
    expect(
      Object.values(BUNDLED_DRILLS)
        .map((drill) => drill.file)
        .toSorted(),
    ).toEqual(files)
  })

  it.each(Object.entries(BUNDLED_DRILLS))(
    '%s is valid, watches a control, expects something and says what it shows',
    async (name, drill) => {
      const text = await readFile(new URL(drill.file, folder), 'utf8')
      const {spec, warnings} = await loadDrill({name, file: drill.file, text, env: () => undefined})
      expect(warnings).toEqual([])
      expect(spec.description.length).toBeGreaterThan(40)
      expect(spec.expect.length).toBeGreaterThan(0)
      expect(spec.steady.length).toBeGreaterThan(0)
      expect(spec.targets.some((target) => target.role === 'control')).toBe(true)
      expect(drill.summary).toMatch(/^[a-z].*[^.]$/)
    },
  )
})
