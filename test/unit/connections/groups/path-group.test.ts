import {describe, expect, it} from 'vitest'
import {FollowGroups} from '../../../../src/connections/groups/follow-groups.ts'
import type {PathGroupSpec} from '../../../../src/core/group-spec.ts'
import {sampleOf, stateOf, tellGroups} from '../../../support/group-events.ts'

const SPEC: PathGroupSpec = {
  mode: 'active-backup',
  name: 'uplink',
  paths: [
    {name: 'direct', target: 'a'},
    {name: 'relay', target: 'b'},
  ],
  failover: {onQuality: true, maxRtt: 500, maxLoss: 0.4},
  failback: {policy: 'after_stable', holdDown: 1000, minImprovement: 0.2},
  switches: {most: 6, within: 600_000},
}

/** Runs steps `AT WHAT` through a group: `0 a up`, `100 a 5` (a sample of 5 ms), `200 a lost`, `300 gap 200`. */
function run(steps: readonly string[], spec: Partial<PathGroupSpec> = {}): readonly string[] {
  const groups = new FollowGroups()
  const all = {...SPEC, ...spec}
  groups.replace([all], () => 100)
  return steps.flatMap((step) => {
    const [at = '', who = '', what = ''] = step.split(' ')
    const now = Number(at)
    if (who === 'gap')
      return tellGroups(groups.add({at: now, type: 'observer-gap', length: Number(what), because: ''}))
    const words = {up: 'connected', down: 'reconnecting', suspect: 'suspect', end: 'disconnected'} as const
    if (Object.hasOwn(words, what))
      return tellGroups(groups.add(stateOf(who, words[what as keyof typeof words], now)))
    return tellGroups(groups.add(sampleOf(who, what === 'lost' ? null : Number(what), now)))
  })
}

/** A sample of both paths every 100 ms, from and to these times. */
function samples(from: number, to: number, a: string, b: string): readonly string[] {
  return Array.from({length: (to - from) / 100}, (_, index) => from + index * 100).flatMap((at) => [
    `${at} a ${a}`,
    `${at} b ${b}`,
  ])
}

const UP = ['0 a up', '0 b up']
const LOST = [
  ...UP,
  ...samples(100, 500, '5', '9'),
  '500 a lost',
  '500 a suspect',
  '600 a lost',
  '600 a down',
]
const FAILED_OVER = ['0 direct start', '0 connected', '600 relay down', '600 degraded']

describe('PathGroup', () => {
  it('takes the first path that answers, and the preferred one as soon as it does', () => {
    expect(run(['0 b up', '50 a up'])).toEqual([
      '0 relay start',
      '0 degraded',
      '50 direct start',
      '50 connected',
    ])
  })

  it('leaves a path that is down with the very event that says so', () => {
    expect(run(LOST)).toEqual(FAILED_OVER)
  })

  it('says when all are down, and takes the first that is back', () => {
    const dead = ['700 b lost', '700 b suspect', '800 b down', '900 b up', '900 b 9']
    expect(run([...LOST, ...dead])).toEqual([
      ...FAILED_OVER,
      '800 none all-down',
      '800 reconnecting',
      '900 relay start',
      '900 degraded',
    ])
  })

  it.each([
    ['never', []],
    ['immediate', ['1000 direct failback', '1000 connected']],
    ['after_stable', ['2000 direct failback', '2000 connected']],
    ['better', ['2000 direct better', '2000 connected']],
  ] as const)('fails back %s', (policy, expected) => {
    const failback = {...SPEC.failback, policy}
    const steps = [...LOST, '1000 a up', ...samples(1000, 3000, '5', '9')]
    expect(run(steps, {failback})).toEqual([...FAILED_OVER, ...expected])
  })

  it('does not take a path back that is no faster where better is asked for', () => {
    const failback = {...SPEC.failback, policy: 'better'} as const
    expect(run([...LOST, '1000 a up', ...samples(1000, 3000, '8', '9')], {failback})).toEqual(FAILED_OVER)
  })

  it('begins the hold time anew with each lost sample, and does not count time in which nobody looked', () => {
    const lost = [
      ...LOST,
      '1000 a up',
      ...samples(1000, 1500, '5', '9'),
      '1500 a lost',
      ...samples(1600, 2700, '5', '9'),
    ]
    expect(run(lost)).toEqual([...FAILED_OVER, '2600 direct failback', '2600 connected'])
    const gap = [
      ...LOST,
      '1000 a up',
      ...samples(1000, 1500, '5', '9'),
      '2500 gap 1000',
      ...samples(2500, 3100, '5', '9'),
    ]
    expect(run(gap)).toEqual([...FAILED_OVER, '3000 direct failback', '3000 connected'])
  })

  it('leaves a bad path for a good one, and only for a better one', () => {
    const slow = [...UP, ...samples(100, 1100, '700', '9')]
    expect(run(slow)).toContain('1000 relay quality')
    const both = [...UP, ...samples(100, 1500, '510', '800')]
    expect(run(both).filter((line) => line.includes('relay'))).toEqual([])
    expect(run(both)).toContain('1000 held')
  })

  it('stays where nothing is asked about quality', () => {
    const failover = {...SPEC.failover, onQuality: false}
    const slow = [...UP, ...samples(100, 1500, '700', '9')]
    expect(run(slow, {failover})).toEqual(['0 direct start', '0 connected'])
  })

  it('refuses to come back beyond the limit, never to leave a dead path', () => {
    const switches = {most: 2, within: 600_000}
    const failback = {...SPEC.failback, policy: 'immediate'} as const
    const again = ['2000 a down', '2500 a up', '2500 a 5', '2600 a 5']
    const steps = [...LOST, '1000 a up', '1000 a 5', ...again]
    expect(run(steps, {switches, failback})).toEqual([
      ...FAILED_OVER,
      '1000 direct failback',
      '1000 connected',
      '2000 relay down',
      '2000 degraded',
      '2500 held',
    ])
  })

  it('ends with the watch without a switch', () => {
    expect(run([...UP, '100 a end', '100 b end'])).toEqual([
      '0 direct start',
      '0 connected',
      '100 disconnected',
    ])
  })
})
