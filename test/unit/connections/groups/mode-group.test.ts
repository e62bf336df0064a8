import {describe, expect, it} from 'vitest'
import {FollowGroups} from '../../../../src/connections/groups/follow-groups.ts'
import type {ConnectionState, RunEvent} from '../../../../src/core/events.ts'
import type {ModeGroupSpec, PathGroupSpec} from '../../../../src/core/group-spec.ts'
import type {MptcpMode} from '../../../../src/core/network-events.ts'
import {sampleOf, stateOf} from '../../../support/group-events.ts'

const SHARED = {
  name: 'uplink',
  paths: [
    {name: 'wifi', target: 'w'},
    {name: 'cable', target: 'c'},
  ],
  failover: {onQuality: false, maxRtt: 500, maxLoss: 0.4},
  failback: {policy: 'after_stable', holdDown: 1000, minImprovement: 0.2},
  switches: {most: 6, within: 600_000},
} as const
const ALONE: PathGroupSpec = {...SHARED, mode: 'active-backup'}
const spec = (mode: ModeGroupSpec['mode'], more: Partial<ModeGroupSpec> = {}): ModeGroupSpec => ({
  ...SHARED,
  mode,
  multipath: mode === 'single' ? null : 'm',
  ...more,
})

const STATES = {up: 'connected', down: 'reconnecting', suspect: 'suspect', end: 'disconnected'} as const
const MPTCP = {multi: 'multipath', one: 'single-path', tcp: 'tcp'} as const

const isKey = <T extends object>(all: T, key: string): key is Extract<keyof T, string> =>
  Object.hasOwn(all, key)

function mptcpOf(target: string, to: MptcpMode, at: number): RunEvent {
  const because = to === 'tcp' ? 'the option was stripped' : `${to} now`
  return {
    at,
    type: 'mptcp-changed',
    target,
    from: null,
    to,
    token: null,
    because,
    trigger: null,
    retryIn: null,
  }
}

/** `0 w up`, `0 m multi`, `100 w 5` (a sample of 5 ms). */
function eventOf(step: string): RunEvent {
  const [at = '', target = '', what = ''] = step.split(' ')
  const now = Number(at)
  if (isKey(MPTCP, what)) return mptcpOf(target, MPTCP[what], now)
  const from: ConnectionState = what === 'up' ? 'connecting' : 'connected'
  return isKey(STATES, what) ? stateOf(target, STATES[what], now, from) : sampleOf(target, Number(what), now)
}

function tell(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'path-switched':
        return [`${event.at} ${event.from ?? 'none'} > ${event.to ?? 'none'}: ${event.kind}`]
      case 'group-changed':
        return [`${event.at} ${event.to} ${event.healthy}/${event.of}: ${event.because}`]
      case 'mode-changed':
        return [`${event.at} mode ${event.from ?? 'none'} > ${event.to}: ${event.because}`]
      default:
        return []
    }
  })
}

function run(one: PathGroupSpec | ModeGroupSpec, steps: readonly string[]): readonly string[] {
  const groups = new FollowGroups()
  groups.replace([one], () => 100)
  return steps.flatMap((step) => tell(groups.add(eventOf(step))))
}

const UP = ['0 w up', '0 c up', '0 m up', '0 m multi']
const BACK = ['500 w up', '500 m multi', ...[600, 1000, 1600].flatMap((at) => [`${at} w 5`, `${at} m 5`])]

describe('the same cut of the preferred path', () => {
  const CUT = [...UP, '100 m one', '200 w down']
  it.each([
    [
      spec('single'),
      ['200 wifi > none: all-down', '200 reconnecting 1/2: wifi is down, and no other path is used'],
    ],
    [ALONE, ['200 wifi > cable: down', '200 degraded 1/2: works on cable']],
    [spec('mptcp'), ['100 degraded 2/2: single-path now']],
    [
      spec('auto'),
      [
        '100 degraded 2/2: single-path now',
        '200 mptcp > cable: down',
        '200 mode mptcp > single: only cable is left; wifi is down: told',
      ],
    ],
  ])('is what mode $mode says: down, on backup, or degraded', (one, expected) => {
    expect(run(one, CUT).filter((line) => !line.startsWith('0 '))).toEqual(expected)
  })
})

describe('a group of mode auto', () => {
  it('begins with the mode that all that is known allows, told once', () => {
    expect(run(spec('auto'), UP)).toEqual([
      '0 none > wifi: start',
      '0 degraded 1/2: works on wifi',
      '0 wifi > mptcp: start',
      '0 connected 2/2: multipath now',
      '0 mode none > mptcp: MPTCP is used, and 2 paths work',
    ])
  })

  it('takes turns where MPTCP is not to be had, with the reason', () => {
    expect(run(spec('auto'), ['0 w up', '0 c up', '0 m up', '0 m tcp']).at(-1)).toBe(
      '0 mode none > active-backup: 2 paths work; plain TCP instead of MPTCP: the option was stripped',
    )
  })

  it('leaves MPTCP for turns when it falls back, and comes back when it has been good for the hold time', () => {
    const lines = run(spec('auto'), [...UP, '100 m tcp', ...BACK]).slice(5)
    expect(lines).toEqual([
      '100 mptcp > wifi: down',
      '100 degraded 2/2: works on wifi',
      '100 mode mptcp > active-backup: 2 paths work; plain TCP instead of MPTCP: the option was stripped',
      '1600 wifi > mptcp: failback',
      '1600 connected 2/2: multipath now',
      '1600 mode active-backup > mptcp: MPTCP is used, and 2 paths work',
    ])
  })

  it('goes through single and active-backup back to MPTCP when a path is lost and returns', () => {
    const modes = run(spec('auto'), [...UP, '100 m one', '200 w down', ...BACK]).filter((line) =>
      line.includes('mode'),
    )
    expect(modes.map((line) => line.replace(/:.*/, ''))).toEqual([
      '0 mode none > mptcp',
      '200 mode mptcp > single',
      '500 mode single > active-backup',
      '1600 mode active-backup > mptcp',
    ])
  })

  it('keeps its mode while nothing works, since that is a matter of its state', () => {
    const lines = run(spec('auto'), [...UP, '200 w down', '201 c down', '202 m down']).slice(5)
    expect(lines).toEqual([
      '200 mptcp > cable: down',
      '200 degraded 1/2: works on cable',
      '200 mode mptcp > single: only cable is left; wifi is down: told',
      '201 cable > none: all-down',
      '201 reconnecting 0/2: all paths are down',
    ])
  })

  it('without a multipath connection is active-backup or single by what works', () => {
    const one = spec('auto', {multipath: null})
    expect(
      run(one, ['0 w up', '0 c up', '100 c down', '200 c up']).filter((line) => line.includes('mode')),
    ).toEqual([
      '0 mode none > active-backup: 2 paths work',
      '100 mode active-backup > single: only wifi is left; cable is down: told',
      '200 mode single > active-backup: 2 paths work',
    ])
  })

  it('changes its mode when its second path is taken out of the document, and knows what it knew', () => {
    const groups = new FollowGroups()
    groups.replace([spec('auto')], () => 100)
    for (const step of UP) groups.add(eventOf(step))
    const after = groups
      .replace([spec('auto', {paths: SHARED.paths.slice(0, 1)})], () => 100)
      .map((event) => ({...event, at: 300}) as RunEvent)
    expect(tell(after)).toEqual([
      '300 none > wifi: start',
      '300 degraded 1/1: works on wifi',
      '300 mode mptcp > single: only wifi is left: it has no other path',
    ])
  })

  it('ends when the watch ends, without another mode', () => {
    expect(run(spec('auto'), [...UP, '100 w end', '100 c end', '100 m end']).slice(5)).toEqual([
      '100 disconnected 1/2: the watch ended',
    ])
  })
})

describe('a group that is read again', () => {
  it('goes on with what is known of its targets', () => {
    const groups = new FollowGroups()
    groups.replace([ALONE], () => 100)
    for (const step of ['0 w up', '0 c up', '100 w down']) groups.add(eventOf(step))
    const swapped = {...ALONE, paths: SHARED.paths.toReversed()}
    const after = groups.replace([swapped], () => 100).map((event) => ({...event, at: 300}) as RunEvent)
    expect(tell(after)).toEqual(['300 none > cable: start', '300 connected 1/2: works on cable'])
  })
})
