/** Every row of docs/coverage-drills.md has its place, and names drills that there are; every drill has a row. */
import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {BUNDLED_DRILLS} from '../../src/scenarios/bundled/registry.ts'

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

interface Row {
  readonly id: string
  readonly drills: readonly string[]
  readonly text: string
}

/** `name (words), other; not yet for that`. */
const rows: readonly Row[] = read('coverage-drills.md')
  .split('\n')
  .flatMap((line) => {
    const [, id, text = ''] = /^\| (\d-\d+[a-c]?|–) \| .+ \| (.+) \|$/.exec(line) ?? []
    if (id === undefined) return []
    const [first = ''] = text.split('; not yet')
    const drills = first.startsWith('not yet')
      ? []
      : first.split(', ').map((name) => name.replace(/ \(.*\)$/, ''))
    return [{id, drills, text}]
  })

const known = [...read('coverage.md').matchAll(/^\| (\d-\d+)[a-c]? \|/gm)].map(([, id]) => id)

describe('the table of what the bundled drills break', () => {
  it('has rows that are rows of the table of tests, each once and in its order', () => {
    const ids = rows.flatMap(({id}) => (id === '–' ? [] : id))
    const places = ids.map((id) => known.indexOf(id.replace(/[a-c]$/, '')))
    expect(places.filter((place) => place === -1)).toEqual([])
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(rows)(
    '$id names drills that there are, or says that there is none yet: $text',
    ({drills, text}) => {
      expect(drills.filter((name) => !Object.hasOwn(BUNDLED_DRILLS, name))).toEqual([])
      expect(drills.length > 0 || text.startsWith('not yet')).toBe(true)
    },
  )

  it('names every drill', () => {
    const named = new Set(rows.flatMap(({drills}) => drills))
    expect(Object.keys(BUNDLED_DRILLS).filter((name) => !named.has(name))).toEqual([])
  })
})
