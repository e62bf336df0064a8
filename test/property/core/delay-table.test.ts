import * as fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {
  MOST_ENTRIES,
  TABLE_SCALE,
  entryOf,
  nameTable,
  renderDist,
  scatterOf,
  tableSpread,
} from '../../../src/core/delay-table.ts'
import {seededRandom} from '../../../src/core/random.ts'

const samples = fc.array(fc.double({min: 0, max: 10_000, noNaN: true}), {minLength: 2, maxLength: 3000})

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)))
}

describe('the table of a scatter', () => {
  it('ascends, fits into 16 bits, and is not larger than what tc takes', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const {table} = scatterOf(values)
        expect(table.length).toBeLessThanOrEqual(Math.min(MOST_ENTRIES, values.length))
        expect(table.every((value) => Number.isInteger(value) && Math.abs(value) <= 32_767)).toBe(true)
        expect(table).toEqual(table.toSorted((a, b) => a - b))
      }),
      {numRuns: 60},
    )
  })

  it('keeps mean and standard deviation, however far a sample lies from the others', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const {mean, jitter, table} = scatterOf(values)
        // Rounding of an entry, of the jitter to microseconds, and of sums.
        const slack = jitter / TABLE_SCALE + 1e-6
        expect(Math.abs(mean - meanOf(values))).toBeLessThan(1e-6)
        expect(Math.abs(jitter * tableSpread(table) - deviationOf(values))).toBeLessThan(slack)
        expect(Math.abs(meanOf([0, ...table])) / TABLE_SCALE).toBeLessThan(1 / TABLE_SCALE)
      }),
      {numRuns: 60},
    )
  })

  it('has the standard deviation as its unit where no sample lies further than four of them', () => {
    const values = Array.from({length: 500}, (_, index) => 20 + Math.sin(index))
    expect(scatterOf(values).jitter).toBeCloseTo(deviationOf(values), 3)
  })

  it('gives each sample back at its quantile', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: 1, max: 500}), {minLength: 2, maxLength: 400}), (values) => {
        const {mean, jitter, table} = scatterOf(values)
        const ascending = values.toSorted((a, b) => a - b)
        for (const [index, value] of ascending.entries()) {
          const drawn = mean + (jitter === 0 ? 0 : jitter * entryOf(table, index / values.length + 1e-9))
          expect(Math.abs(drawn - value)).toBeLessThan(jitter / TABLE_SCALE + 0.01)
        }
      }),
      {numRuns: 60},
    )
  })

  it('is drawn with the mean and the deviation that were measured, whatever the seed', () => {
    const measured = Array.from({length: 1500}, (_, index) => 30 + (index % 100 === 0 ? 80 : index % 7))
    const {mean, jitter, table} = scatterOf(measured)
    fc.assert(
      fc.property(fc.integer({min: 1, max: 1e9}), (seed) => {
        const random = seededRandom(seed)
        const drawn = Array.from({length: 20_000}, () => mean + jitter * entryOf(table, random.next()))
        expect(Math.abs(meanOf(drawn) - meanOf(measured))).toBeLessThan(0.4)
        expect(deviationOf(drawn) / deviationOf(measured)).toBeGreaterThan(0.9)
        expect(deviationOf(drawn) / deviationOf(measured)).toBeLessThan(1.1)
      }),
      {numRuns: 20},
    )
  })

  it('is empty where all samples are the same', () => {
    expect(scatterOf([5, 5, 5])).toEqual({mean: 5, jitter: 0, table: []})
  })
})

describe('a .dist file', () => {
  it('holds the values as tc reads them: numbers between blanks, and comments', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: -32_767, max: 32_767}), {minLength: 1}), (values) => {
        const lines = renderDist(values, ['about']).split('\n')
        const read = lines
          .filter((line) => !line.startsWith('#'))
          .flatMap((line) => line.match(/-?\d+/g) ?? [])
        expect(read.map(Number)).toEqual(values)
        expect(lines[0]).toBe('# about')
      }),
    )
  })

  it('has a name that goes with its values', () => {
    expect(nameTable([1, 2]).name).toBe(nameTable([1, 2]).name)
    expect(nameTable([1, 2]).name).not.toBe(nameTable([2, 1]).name)
    expect(nameTable([-1]).name).toMatch(/^recorded-[0-9a-f]{8}$/)
  })
})
