import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {COLUMN_ORDER, planColumns} from '../../../src/ui/columns.ts'
import {FIXED_ROWS, planLayout} from '../../../src/ui/layout.ts'
import {planTicks, planTimeAxis} from '../../../src/ui/time-axis.ts'

describe('rows', () => {
  it('are never shared out twice', () => {
    const count = fc.integer({min: 0, max: 300})
    fc.assert(
      fc.property(fc.integer({min: 12, max: 100}), count, count, (rows, targets, faults) => {
        const layout = planLayout({rows, targets, faults})
        const gaps = layout.isAiry ? (layout.faults > 0 ? 4 : 3) : 0
        const used =
          FIXED_ROWS +
          gaps +
          Number(layout.hasTableHead) +
          layout.targets +
          Number(layout.hasAxis && layout.faults > 0) +
          layout.faults * (layout.hasProofs ? 2 : 1) +
          Number(layout.hasLogHead) +
          layout.log
        expect(used).toBeLessThanOrEqual(rows)
        expect(layout.targets).toBeGreaterThanOrEqual(Math.min(1, targets))
      }),
    )
  })
})

describe('columns', () => {
  it('leave out the least important ones first', () => {
    const shown = (total: number): readonly string[] => {
      const columns = planColumns(total, 7)
      return COLUMN_ORDER.filter((column) => columns[column] > 0)
    }
    expect(shown(40)).toEqual([])
    expect(shown(60)).toEqual(['last'])
    expect(shown(80)).toEqual(['last', 'next', 'loss', 'p95'])
    expect(shown(120)).toEqual(['last', 'next', 'loss', 'p50', 'p95'])
    expect(shown(200)).toEqual(['last', 'next', 'loss', 'p50', 'p95', 'since'])
  })

  it('leave room for the chart and end before the last column', () => {
    fc.assert(
      fc.property(fc.integer({min: 40, max: 300}), fc.integer({min: 1, max: 100}), (total, name) => {
        const columns = planColumns(total, name)
        expect(columns.chartAt + columns.chart).toBe(total - 1)
        expect(columns.chart).toBeGreaterThanOrEqual(10)
      }),
    )
  })
})

describe('the time axis', () => {
  it('covers the plan and has labels that do not touch', () => {
    const time = fc.integer({min: 0, max: 90_000_000})
    fc.assert(
      fc.property(time, time, fc.integer({min: 10, max: 150}), (from, length, columns) => {
        const axis = planTimeAxis(from, from + length, columns)
        expect(axis.to).toBeGreaterThanOrEqual(from + length)
        let free = 0
        for (const {column, label} of planTicks(axis)) {
          expect(column).toBeGreaterThanOrEqual(free)
          expect(column + label.length).toBeLessThanOrEqual(columns)
          free = column + label.length + 1
        }
      }),
    )
  })
})
