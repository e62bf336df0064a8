import {describe, expect, it} from 'vitest'
import {FollowGroups} from '../../../src/connections/groups/follow-groups.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {PathGroupSpec} from '../../../src/core/group-spec.ts'
import {fieldValue} from '../../../src/scenarios/fields.ts'
import {groupFigures} from '../../../src/scenarios/group-figures.ts'
import {SeriesCollector, type TargetSeries} from '../../../src/scenarios/series.ts'
import type {Round} from '../../../src/scenarios/windows.ts'
import {sampleOf, stateOf} from '../../support/group-events.ts'

const UPLINK: PathGroupSpec = {
  mode: 'active-backup',
  name: 'uplink',
  paths: [
    {name: 'direct', target: 'a'},
    {name: 'relay', target: 'b'},
  ],
  failover: {onQuality: false, maxRtt: 1000, maxLoss: 1},
  failback: {policy: 'after_stable', holdDown: 1000, minImprovement: 0.2},
  switches: {most: 6, within: 600_000},
}

/** The first path is cut from 1000 to 3000; both are sampled every 100 ms, and the cut one is declared down after two. */
function cut(withStandby: boolean): TargetSeries {
  const groups = new FollowGroups()
  const series = new SeriesCollector()
  const told = (event: RunEvent): void => {
    for (const one of [event, ...groups.add(event)]) series.add(one)
  }
  for (const name of ['a', 'b']) {
    const info = {url: '', kind: 'tcp', role: 'target' as const, interval: 100, timeout: 100, policy: null}
    told({at: 0, type: 'target-added', target: {name, ...info}})
  }
  for (const event of groups.replace([UPLINK], () => 100)) series.add({...event, at: 0})
  told(stateOf('a', 'connected', 0))
  told(stateOf('b', withStandby ? 'connected' : 'reconnecting', 0))
  for (let at = 0; at < 6000; at += 100) {
    const isCut = at >= 1000 && at < 3000
    if (at === 1100) told(stateOf('a', 'reconnecting', at))
    if (at === 3000) told(stateOf('a', 'connected', at))
    told(sampleOf('a', isCut ? null : 5, at))
    told(sampleOf('b', withStandby ? 9 : null, at))
  }
  const found = series.all().get('uplink')
  if (!found) throw new Error('the group has no series')
  return found
}

const ROUND: Round = {
  start: 0,
  baselineEnd: 990,
  faults: [{fault: 'cut', name: 'cut', from: 1000, to: 3000}],
  end: 6000,
}

const ask = (series: TargetSeries, field: string): unknown =>
  fieldValue(series, {field, during: 'drill', rounds: [ROUND]})

describe('a group in a drill', () => {
  it('has the figures of the path that carried the traffic', () => {
    const uplink = cut(true)
    expect(ask(uplink, 'states')).toEqual(['connected', 'degraded', 'connected'])
    expect(ask(uplink, 'path')).toBe('direct')
    expect(ask(uplink, 'failover')).toBe(0)
    expect(ask(uplink, 'flaps')).toBe(0)
    // Two samples of the path that was cut, until the standby took over.
    expect(ask(uplink, 'lost')).toBe(1)
    expect(ask(uplink, 'downtime')).toBe(100)
    expect(ask(uplink, 'availability')).toBeCloseTo(59 / 60)
    expect(ask(uplink, 'detection')).toBe(100)
    expect(ask(uplink, 'failback')).toBe(1000)
    expect(groupFigures(uplink, [ROUND]).map(({name, value}) => [name, value])).toContainEqual([
      'uplink.failback',
      1000,
    ])
  })

  it('says that no other path was there', () => {
    const uplink = cut(false)
    expect(ask(uplink, 'states')).toEqual(['connected', 'reconnecting', 'connected'])
    expect(ask(uplink, 'failover')).toBeGreaterThan(1000)
  })

  it('is down for as long as it uses no path, whatever its paths answer', () => {
    const uplink = cut(false)
    expect(ask(uplink, 'downtime')).toBe(2000)
    expect(ask(uplink, 'availability')).toBeCloseTo(40 / 60)
    const during = (field: string): unknown =>
      fieldValue(uplink, {
        field,
        during: {fault: 'cut'},
        rounds: [{...ROUND, faults: [{fault: 'cut', name: 'cut', from: 1100, to: 2900}]}],
      })
    expect(during('path')).toBe('none')
    expect(during('loss')).toBe(1)
  })

  it('has no detection when it was not hit', () => {
    const uplink = cut(true)
    const before: Round = {...ROUND, faults: [], end: 900}
    expect(fieldValue(uplink, {field: 'detection', during: 'drill', rounds: [before]})).toBeUndefined()
  })
})
