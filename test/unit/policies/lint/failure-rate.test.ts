import {describe, expect, it} from 'vitest'
import {readRateCondition} from '../../../../src/policies/lint/alert-condition.ts'
import {highestFailureRate, mostFailures} from '../../../../src/policies/lint/failure-rate.ts'
import {resolvePolicy} from '../../../../src/policies/resolve.ts'
import {makePolicy, phase} from '../support.ts'

const FIVE_MINUTES = 300_000

describe('the highest failure rate', () => {
  it.each([
    ['tunnel-client', 0, 7],
    ['tunnel-client', 30_000, 6],
    ['high-availability', 0, 10],
    ['high-availability', 30_000, 8],
  ])('of %s with attempts of %i ms is %i in five minutes', (name, duration, most) => {
    const {policy} = resolvePolicy(name)
    // The waits as written: jitter can make them a little shorter.
    const plain = {...policy, jitter: {mode: 'none', factor: 0} as const}
    expect(mostFailures(plain, FIVE_MINUTES, duration)).toBe(most)
    expect(highestFailureRate(plain, FIVE_MINUTES, duration)).toBeCloseTo(most / 300, 10)
  })

  it('is the same for the default ladder with its jitter', () => {
    expect(highestFailureRate(resolvePolicy('tunnel-client').policy, FIVE_MINUTES)).toBeCloseTo(0.0233, 4)
  })

  it('is found in the steady part where that is the densest', () => {
    const policy = makePolicy({
      phases: [
        phase('immediate', {attempts: 1, interval: 600_000}),
        phase('persistent', {attempts: null, interval: 10_000}),
      ],
    })
    expect(mostFailures(policy, 60_000)).toBe(6)
  })

  it('counts no two failures that are a whole window apart', () => {
    const policy = makePolicy({phases: [phase('persistent', {attempts: null, interval: 1000})]})
    expect(mostFailures(policy, 1000)).toBe(1)
    expect(mostFailures(policy, 1001)).toBe(2)
  })

  it('has no bound where jitter can shrink endless waits to nothing', () => {
    const policy = makePolicy({
      phases: [phase('persistent', {attempts: null, interval: 60_000})],
      jitter: {mode: 'full', factor: 0},
    })
    expect(mostFailures(policy, FIVE_MINUTES)).toBe(Number.POSITIVE_INFINITY)
  })

  it('is that of all attempts for a ladder that ends within the window', () => {
    expect(mostFailures(resolvePolicy('default').policy, FIVE_MINUTES)).toBe(5)
  })
})

describe('an alert condition', () => {
  it.each([
    [
      'rate(netdrill_connection_failures_total[5m]) > 0.1',
      {fn: 'rate', window: 300_000, op: '>', threshold: 0.1},
    ],
    ['rate(connection_failures_total[5m]) > 0.1', {fn: 'rate', window: 300_000, op: '>', threshold: 0.1}],
    [
      'increase( my_connection_attempts_total{target="api"}[1h30m] ) >= 3',
      {fn: 'increase', window: 5_400_000, op: '>=', threshold: 3},
    ],
  ] as const)('%s is understood', (text, expected) => {
    expect(readRateCondition(text)).toEqual(expected)
  })

  it.each([
    'time_since_last_success > 300',
    'sum(rate(netdrill_connection_failures_total[5m])) > 1',
    'rate(netdrill_connection_failures_total[5m]) < 0.1',
    'rate(netdrill_connection_failures_total[5]) > 0.1',
    'rate(netdrill_bytes_total[5m]) > 1',
    'rate(a_connection_failures_total[5m]) / rate(a_connection_attempts_total[5m]) > 0.5',
  ])('%s is not judged', (text) => {
    expect(readRateCondition(text)).toBeNull()
  })
})
