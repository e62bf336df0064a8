import {describe, expect, it} from 'vitest'
import {judgeBudgets} from '../../../src/scenarios/budgets.ts'
import type {DrillBudget} from '../../../src/scenarios/drill-spec.ts'
import type {Round} from '../../../src/scenarios/windows.ts'
import {condition, drillSpec, runScripted} from '../../support/scripted-drill.ts'
import {makePoints, makeSeries} from '../../support/series.ts'

const ROUND: Round = {
  start: 0,
  baselineEnd: 5000,
  faults: [{fault: 'a', name: 'a', from: 5000, to: 8000}],
  end: 15_000,
}

const budget = (change: Partial<DrillBudget> = {}): DrillBudget => ({
  target: 'api',
  measure: 'down',
  allowed: 0.2,
  over: null,
  stretch: 10_000,
  text: 'down 20% of 10s',
  position: null,
  ...change,
})

/** Down from 5 s to 8 s, and slow from 10 s to 11 s. */
const points = makePoints({
  end: 15_000,
  interval: 100,
  isDown: (at) => at >= 5000 && at < 8000,
  rtt: (at) => (at >= 10_000 && at < 11_000 ? 300 : 10),
})
const judge = (one: DrillBudget, own = points) =>
  judgeBudgets([one], {series: new Map([['api', makeSeries(own)]]), rounds: [ROUND]})[0]

describe('a budget of downtime', () => {
  it.each([
    {name: '20 % of 10 s is overspent by 3 s', change: {}, used: 0.3, met: false},
    {name: '40 % of 10 s is not', change: {allowed: 0.4}, used: 0.3, met: true},
    {name: 'without a length it counts from the first fault', change: {stretch: null}, used: 0.3, met: false},
    {name: 'of 2 s the worst 2 s count', change: {stretch: 2000, allowed: 0.99}, used: 1, met: false},
    {
      name: 'a round that is shorter counts as good where nobody looked',
      change: {stretch: 30_000},
      used: 0.1,
      met: true,
    },
    {
      name: 'late is down or slow',
      change: {measure: 'late', over: 200, allowed: 0.35},
      used: 0.4,
      met: false,
    },
    {
      name: 'what is under the limit is not late',
      change: {measure: 'late', over: 400, allowed: 0.35},
      used: 0.3,
      met: true,
    },
    {name: '29 in a row are too few', change: {measure: 'in_a_row', allowed: 29}, used: 30, met: false},
    {name: '30 in a row are enough', change: {measure: 'in_a_row', allowed: 30}, used: 30, met: true},
  ] as const)('$name', ({change, used, met}) => {
    const judged = judge(budget(change))
    expect(judged?.used).toBeCloseTo(used, 5)
    expect(judged?.met).toBe(met)
  })

  it('counts time, not samples: a ladder that asks rarely makes an outage no shorter', () => {
    const sparse = points.filter(({ok, sentAt}) => ok || sentAt % 1000 === 0)
    expect(judge(budget(), sparse)?.used).toBeCloseTo(0.3, 5)
  })

  it('can not be told without a sample', () => {
    expect(judge(budget(), [])).toMatchObject({used: null, met: null})
  })
})

describe('a drill with a budget', () => {
  const spec = (allowed: number, interval = 100) => {
    const base = drillSpec({expect: [condition('api.recovery < 2s')]})
    const targets = base.targets.map((target) => ({...target, interval}))
    return {...base, targets, budgets: [budget({allowed})]}
  }

  it('fails when a service was down for 3 of 10 s and 20 % were allowed, although it recovered in time', async () => {
    const {result, events} = await runScripted(spec(0.2))
    expect(result).toMatchObject({
      verdict: 'fail',
      reasons: [expect.stringContaining('api: down 20% of 10s is overspent')],
    })
    expect(events.find(({type}) => type === 'budget')).toMatchObject({subject: 'api', met: false})
  })

  it('passes when 40 % were allowed', async () => {
    const {result} = await runScripted(spec(0.4))
    expect(result).toMatchObject({verdict: 'pass', reasons: expect.arrayContaining(['1 of 1 budgets kept'])})
  })

  it('is inconclusive where the samples are too far apart to tell', async () => {
    const {result} = await runScripted({...spec(0.4, 450), expect: []})
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      reasons: [expect.stringContaining('DRILL_INTERVAL')],
    })
  })
})
