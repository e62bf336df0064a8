/** Every promise about faults has tests, every known complaint an answer, and the files they name are there. */
import {existsSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {GROUPS} from '../../tools/test/groups.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Row {
  readonly number: number
  readonly words: string
  readonly tests: readonly string[]
}

/** Rows `| number | … | tests |` of a page, and the files their last cell names. */
function rowsOf(page: string): readonly Row[] {
  return readFileSync(`${root}${page}`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, number, words = '', tests = ''] = /^\| (\d+) \| (.+) \| ([^|]*) \|$/.exec(line) ?? []
      if (number === undefined) return []
      return [
        {number: Number(number), words, tests: tests.split(', ').filter((path) => path.startsWith('test/'))},
      ]
    })
}

const numbers = (count: number): readonly number[] => Array.from({length: count}, (_, index) => index + 1)

function checkFiles(tests: readonly string[]): void {
  expect(tests.filter((path) => !existsSync(`${root}${path}`))).toEqual([])
  const groups: readonly (string | undefined)[] = GROUPS.map(({name}) => name)
  const folders = tests.map((path) => /^test\/([^/]+)\/.*\.test\.tsx?$/.exec(path)?.[1])
  expect(folders.filter((folder) => !groups.includes(folder))).toEqual([])
}

describe('the complaints about fault tools in docs/faults.md', () => {
  const rows = rowsOf('docs/faults.md')

  it('are answered, each once and in order', () => {
    expect(rows.map(({number}) => number)).toEqual(numbers(27))
  })

  it.each(rows)('$number: $words', ({words, tests}) => {
    checkFiles(tests)
    const [complaint = '', answer = ''] = words.split(' | ')
    expect(complaint.length).toBeGreaterThan(10)
    expect(answer.length).toBeGreaterThan(20)
  })
})

describe('the promises in docs/coverage-faults.md', () => {
  const rows = rowsOf('docs/coverage-faults.md')

  it('are listed, each once and in order', () => {
    expect(rows.map(({number}) => number)).toEqual(numbers(25))
  })

  it.each(rows)('$number: $words', ({words, tests}) => {
    checkFiles(tests)
    // What is only half there says so, and what else would be needed.
    expect(tests.length > 0 || words.includes('not yet')).toBe(true)
  })
})
