/** Every row of docs/coverage.md has its place, and the tests that it names are there. */
import {existsSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {GROUPS} from '../../tools/test/groups.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Rows of each document, last number first: some rows have parts. */
const DOCUMENTS = [
  {document: 0, last: 34, parts: {}},
  {document: 1, last: 24, parts: {5: 'abc', 6: 'abc', 7: 'abc', 8: 'abc'}},
  {document: 2, last: 35, parts: {}},
  {document: 3, last: 19, parts: {}},
  {document: 4, last: 25, parts: {}},
]

const expected = DOCUMENTS.flatMap(({document, last, parts}) =>
  Array.from({length: last}, (_, index) => index + 1).flatMap((row) => {
    const letters = (parts as Record<number, string>)[row]
    return letters === undefined
      ? [`${String(document)}-${String(row)}`]
      : [...letters].map((letter) => `${String(document)}-${String(row)}${letter}`)
  }),
)

const rows = readFileSync(`${root}docs/coverage.md`, 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, id, what, tests] = /^\| (\d-\d+[a-c]?) \| (.+) \| (.+) \|$/.exec(line) ?? []
    return id === undefined ? [] : [{id, what, tests: tests ?? ''}]
  })

describe('the table of what fails and recovers', () => {
  it('has each row once, in order', () => {
    expect(rows.map(({id}) => id)).toEqual(expected)
  })

  it.each(rows.filter(({tests}) => !tests.startsWith('not yet')))('$id: $what', ({tests}) => {
    const paths = tests.split(', ').map((test) => test.replace(/ \(.*\)$/, ''))
    expect(paths.filter((path) => !existsSync(`${root}${path}`))).toEqual([])
    const folders = paths.map((path) => /^test\/([^/]+)\/.*\.test\.tsx?$/.exec(path)?.[1])
    const groups: readonly (string | undefined)[] = GROUPS.map(({name}) => name)
    expect(folders.filter((folder) => !groups.includes(folder))).toEqual([])
  })
})
