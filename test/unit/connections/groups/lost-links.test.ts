import {describe, expect, it} from 'vitest'
import {FollowGroups} from '../../../../src/connections/groups/follow-groups.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {PathGroupSpec} from '../../../../src/core/group-spec.ts'
import {sampleOf, stateOf, tellGroups} from '../../../support/group-events.ts'

const SPEC: PathGroupSpec = {
  mode: 'active-backup',
  name: 'uplink',
  paths: [
    {name: 'wifi', target: 'a'},
    {name: 'cable', target: 'b'},
  ],
  failover: {onQuality: false, maxRtt: 1000, maxLoss: 1},
  failback: {policy: 'immediate', holdDown: 0, minImprovement: 0},
  switches: {most: 100, within: 600_000},
}

const lost = (target: string, at: number): RunEvent => ({
  at,
  type: 'link-lost',
  target,
  device: 'eth0',
  cause: 'carrier',
  because: 'eth0 has no carrier',
})
const restored = (target: string, at: number): RunEvent => ({
  at,
  type: 'link-restored',
  target,
  device: 'eth0',
  because: 'told',
})

function play(events: readonly RunEvent[]): readonly RunEvent[] {
  const groups = new FollowGroups()
  groups.replace([SPEC], () => 1000)
  return events.flatMap((event) => groups.add(event))
}

const UP = [stateOf('a', 'connected', 0), stateOf('b', 'connected', 0)]

describe('a path whose link is lost', () => {
  it('is left at once, with the cause', () => {
    const told = play([...UP, lost('a', 500)])
    expect(tellGroups(told)).toEqual(['0 wifi start', '0 connected', '500 cable down', '500 degraded'])
    expect(told.find((event) => event.type === 'path-switched' && event.at === 500)).toMatchObject({
      because: 'wifi is down: carrier: eth0 has no carrier',
      took: 0,
    })
  })

  it('is taken again only when it has answered since, even if no sample had failed', () => {
    const events = [...UP, lost('a', 500), restored('a', 600), sampleOf('b', 5, 700), sampleOf('a', 5, 800)]
    expect(tellGroups(play(events)).slice(2)).toEqual([
      '500 cable down',
      '500 degraded',
      '800 wifi failback',
      '800 connected',
    ])
  })

  it('an answer to what was sent after the loss outweighs it; to what was sent before it does not', () => {
    const early = sampleOf('a', 5, 510)
    const sent = early.type === 'sample' ? {...early, sample: {...early.sample, sentAt: 490}} : early
    const told = tellGroups(play([...UP, lost('a', 500), sent, sampleOf('a', 5, 900)]))
    expect(told.slice(2)).toEqual(['500 cable down', '500 degraded', '900 wifi failback', '900 connected'])
  })

  it('with no other path left all are down, by name and cause, until one has answered', () => {
    const told = play([...UP, lost('b', 400), lost('a', 500), restored('a', 600), sampleOf('a', 5, 700)])
    expect(tellGroups(told).slice(2)).toEqual([
      '500 none all-down',
      '500 reconnecting',
      '700 wifi start',
      '700 connected',
    ])
    expect(told.find((event) => event.type === 'group-changed' && event.to === 'reconnecting')).toMatchObject(
      {
        because: 'all paths are down (wifi: carrier, cable: carrier)',
      },
    )
  })
})
