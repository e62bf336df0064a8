/** Every promise of docs/coverage-probing.md has tests, and they are there. */
import {existsSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {GROUPS} from '../../tools/test/groups.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const PROMISES = 25

const rows = readFileSync(`${root}docs/coverage-probing.md`, 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, number, promise, tests] = /^\| (\d+) \| (.+) \| (.+) \|$/.exec(line) ?? []
    return number === undefined ? [] : [{number: Number(number), promise, tests: tests?.split(', ') ?? []}]
  })

describe('the table of promises', () => {
  it('has each of them once, in order', () => {
    expect(rows.map(({number}) => number)).toEqual(Array.from({length: PROMISES}, (_, index) => index + 1))
  })

  it.each(rows)('$number: $promise', ({tests}) => {
    expect(tests.filter((path) => !existsSync(`${root}${path}`))).toEqual([])
    const folders = tests.map((path) => /^test\/([^/]+)\/.*\.test\.tsx?$/.exec(path)?.[1])
    const groups: readonly (string | undefined)[] = GROUPS.map(({name}) => name)
    expect(folders.filter((folder) => !groups.includes(folder))).toEqual([])
  })
})
