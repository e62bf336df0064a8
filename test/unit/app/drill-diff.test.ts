import {describe, expect, it} from 'vitest'
import {diffDrills, exitOfDiff} from '../../../src/app/drill-diff.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {Figure} from '../../../src/core/figures.ts'
import {renderDrillDiff} from '../../../src/reporters/drill-diff.ts'
import type {DrillDiff} from '../../../src/reporters/drill-diff-view.ts'
import {endRun, killRun} from '../../support/drill-endings.ts'
import {readRun} from '../../support/record-run.ts'

const run = readRun()

function withFigure(name: string, change: Partial<Figure>): readonly RunEvent[] {
  return run.map((event) =>
    event.type === 'figures'
      ? {...event, figures: event.figures.map((one) => (one.name === name ? {...one, ...change} : one))}
      : event,
  )
}

function diff(before: readonly RunEvent[], after: readonly RunEvent[]): DrillDiff {
  return diffDrills({file: 'a.jsonl', events: before}, {file: 'b.jsonl', events: after})
}

const figure = (result: DrillDiff, name: string) => result.figures.find((one) => one.name === name)

describe('the comparison of two runs', () => {
  it('finds nothing between a run and itself', () => {
    const result = diff(run, run)
    expect(result).toMatchObject({
      verdict: 'same',
      worse: false,
      notes: ['both journals are of the same run'],
    })
    expect(new Set(result.figures.map(({change}) => change))).toEqual(new Set(['same']))
    expect(exitOfDiff(result)).toBe(0)
  })

  it.each([
    {
      why: 'ranges overlap',
      name: 'api.downtime',
      after: {value: 11_990, low: 11_790, high: 12_190},
      change: 'same',
    },
    {why: 'longer', name: 'api.downtime', after: {value: 12_100, low: 11_900, high: 12_300}, change: 'worse'},
    {why: 'shorter', name: 'api.downtime', after: {value: 9000, low: 8800, high: 9200}, change: 'better'},
    {
      why: 'never came back',
      name: 'api.recovery',
      after: {value: null, low: null, high: null},
      change: 'worse',
    },
    {
      why: 'no longer seen',
      name: 'api.detection',
      after: {value: null, low: null, high: null},
      change: 'unclear',
    },
    {why: 'as chance has it', name: 'api.lost', after: {value: 65, low: 65, high: 65}, change: 'same'},
    {why: 'more than chance', name: 'api.lost', after: {value: 90, low: 90, high: 90}, change: 'worse'},
    {
      why: 'a little less',
      name: 'api.availability',
      after: {value: 0.45, low: 0.45, high: 0.45},
      change: 'same',
    },
    {why: 'far less', name: 'api.availability', after: {value: 0.1, low: 0.1, high: 0.1}, change: 'worse'},
    {why: 'far more', name: 'api.availability', after: {value: 0.9, low: 0.9, high: 0.9}, change: 'better'},
  ] as const)('judges $name: $why', ({name, after, change}) => {
    const result = diff(run, withFigure(name, after))
    expect(figure(result, name)).toMatchObject({change, beyond: change !== 'same' && change !== 'unclear'})
    expect(exitOfDiff(result)).toBe(change === 'worse' ? 1 : 0)
  })

  it('sees a verdict and an expectation get worse', () => {
    const result = diff(endRun('fail', []), run)
    expect(result.verdict).toBe('better')
    const back = diff(run, endRun('fail', []))
    expect(back.verdict).toBe('worse')
    expect(exitOfDiff(back)).toBe(1)
  })

  it('does not judge figures that prove nothing', () => {
    const broken = withFigure('api.downtime', {value: 99_000, low: 99_000, high: 99_000})
    const result = diff(endRun('inconclusive', []), broken)
    expect(figure(result, 'api.downtime')?.change).toBe('unclear')
    expect(exitOfDiff(result)).toBe(0)
    const both = diff(endRun('inconclusive', []), endRun('inconclusive', []))
    expect(exitOfDiff(both)).toBe(3)
    expect(both.notes).toContain(
      'the run after is inconclusive: its figures prove nothing and are not judged',
    )
  })

  it('takes a run without a verdict for the worst', () => {
    expect(diff(endRun('aborted', []), killRun(9000))).toMatchObject({verdict: 'worse', worse: true})
  })

  it('is shown with both values, the difference and what it comes down to', async () => {
    const worse = withFigure('api.downtime', {value: 14_000, low: 13_800, high: 14_200})
    const text = renderDrillDiff(diff(run, worse), {width: 100, color: false})
    expect(text).toMatch(/api\.downtime +11\.6s ±200ms +14s ±200ms +\+2\.4s +worse/)
    expect(text).toMatch(/^WORSE {2}1 worse, 0 better/m)
  })
})
