import {readFile, readdir} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {BUNDLED_DRILLS} from '../../src/scenarios/bundled/registry.ts'
import {loadDrill} from '../../src/scenarios/load-drill.ts'

const folder = new URL('../../src/scenarios/bundled/', import.meta.url)

describe('bundled drills', () => {
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
