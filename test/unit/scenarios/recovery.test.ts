import {describe, expect, it} from 'vitest'
import type {ConnectionState} from '../../../src/core/events.ts'
import type {PathGroupSpec} from '../../../src/core/group-spec.ts'
import {areBack} from '../../../src/scenarios/recovery.ts'
import type {TargetSeries} from '../../../src/scenarios/series.ts'
import {makePoints, makeSeries} from '../../support/series.ts'

const group = (policy: PathGroupSpec['failback']['policy']): PathGroupSpec => ({
  mode: 'active-backup',
  name: 'uplink',
  paths: [
    {name: 'wifi', target: 'wifi'},
    {name: 'cable', target: 'cable'},
  ],
  failover: {onQuality: false, maxRtt: 1000, maxLoss: 1},
  failback: {policy, holdDown: 0, minImprovement: 0.2},
  switches: {most: 6, within: 60_000},
})

function uplink(state: ConnectionState, end: number): TargetSeries {
  const series = makeSeries(makePoints({end, interval: 100}), {
    name: 'uplink',
    states: [[0, 'connecting', state]],
  })
  const info = {name: 'uplink', mode: 'active-backup', members: [], interval: 100} as const
  return {...series, group: {info, switches: []}}
}

describe('the wait for recovery', () => {
  it.each([
    {policy: 'after_stable', state: 'connected', over: true},
    {policy: 'after_stable', state: 'degraded', over: false},
    {policy: 'never', state: 'degraded', over: true},
    {policy: 'never', state: 'reconnecting', over: false},
  ] as const)('of a group with failback $policy that is $state is over: $over', ({policy, state, over}) => {
    expect(areBack(new Map([['uplink', uplink(state, 2000)]]), [group(policy)], 1000)).toBe(over)
  })

  it('of a group that stays where it is needs five good samples there', () => {
    expect(areBack(new Map([['uplink', uplink('degraded', 1400)]]), [group('never')], 1000)).toBe(false)
  })

  it('goes on while a single target is missing', () => {
    const good = makeSeries(makePoints({end: 2000, interval: 100}))
    const bad = makeSeries(makePoints({end: 2000, interval: 100, isDown: (at) => at === 1900}), {name: 'b'})
    expect(areBack(new Map([['api', good]]), [], 1000)).toBe(true)
    expect(
      areBack(
        new Map([
          ['api', good],
          ['b', bad],
        ]),
        [],
        1000,
      ),
    ).toBe(false)
  })
})
