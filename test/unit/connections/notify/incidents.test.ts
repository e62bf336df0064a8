import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {GroupState} from '../../../../src/core/group-events.ts'
import type {MptcpMode} from '../../../../src/core/network-events.ts'
import {Incidents} from '../../../../src/connections/notify/incidents.ts'
import {stateOf} from '../../../support/group-events.ts'

/** `2 firing TargetDown api`. */
function fold(events: readonly RunEvent[]): readonly string[] {
  const incidents = new Incidents()
  return events.flatMap((event) =>
    incidents.add(event).map(({status, labels, startsAt, endsAt}) => {
      const about = labels['target'] ?? labels['group'] ?? ''
      const since = status === 'resolved' ? ` ${startsAt}-${endsAt}` : ''
      return `${event.at} ${status} ${labels['alertname']} ${about}${since}`.replaceAll('  ', ' ').trim()
    }),
  )
}

const group = (at: number, to: GroupState): RunEvent => ({
  at,
  type: 'group-changed',
  group: 'uplink',
  from: 'connecting',
  to,
  because: 'told',
  healthy: 1,
  of: 2,
})
const flapping = (at: number, is: boolean): RunEvent => ({
  at,
  type: 'flapping',
  target: 'api',
  flapping: is,
  penalty: 1,
})
const own = (at: number, suspected: boolean): RunEvent => ({
  at,
  type: 'own-network',
  suspected,
  because: 'most fail',
})

const mptcp = (at: number, to: MptcpMode): RunEvent => ({
  at,
  type: 'mptcp-changed',
  target: 'api',
  from: null,
  to,
  token: null,
  because: 'told',
  trigger: null,
  retryIn: null,
})

describe('incidents', () => {
  it('of a target last from its loss to its return, and get worse when it is given up', () => {
    expect(
      fold([
        stateOf('api', 'connecting', 0),
        stateOf('api', 'reconnecting', 1),
        stateOf('api', 'exhausted', 2),
        stateOf('api', 'connected', 9),
        stateOf('api', 'suspect', 10),
      ]),
    ).toEqual(['1 firing TargetDown api', '2 firing TargetGivenUp api', '9 resolved TargetGivenUp api 1-9'])
  })

  it('of a target that flaps end when it is steady', () => {
    expect(
      fold([
        stateOf('api', 'reconnecting', 1),
        flapping(2, true),
        stateOf('api', 'connected', 3),
        stateOf('api', 'reconnecting', 4),
        stateOf('api', 'connected', 5),
        flapping(9, false),
      ]).filter((line) => line.includes('resolved')),
    ).toEqual(['9 resolved TargetDown api 1-9'])
  })

  it('of a target that is lost again while it flaps go on', () => {
    expect(
      fold([
        stateOf('api', 'reconnecting', 1),
        flapping(2, true),
        stateOf('api', 'connected', 3),
        stateOf('api', 'reconnecting', 4),
        flapping(9, false),
      ]).filter((line) => line.includes('resolved')),
    ).toEqual([])
  })

  it('of a group tell a lost path from a lost group', () => {
    expect(
      fold([group(1, 'connecting'), group(2, 'degraded'), group(3, 'reconnecting'), group(7, 'connected')]),
    ).toEqual([
      '2 firing GroupDegraded uplink',
      '3 firing GroupDown uplink',
      '7 resolved GroupDown uplink 2-7',
    ])
  })

  it('are one while the own network is suspected, and those that outlast it follow', () => {
    expect(
      fold([
        stateOf('a', 'reconnecting', 1),
        own(2, true),
        stateOf('b', 'reconnecting', 3),
        stateOf('c', 'reconnecting', 3),
        group(3, 'reconnecting'),
        stateOf('a', 'connected', 5),
        stateOf('b', 'connected', 5),
        own(6, false),
      ]),
    ).toEqual([
      '1 firing TargetDown a',
      '2 firing OwnNetworkSuspected',
      '5 resolved TargetDown a 1-5',
      '6 resolved OwnNetworkSuspected 2-6',
      '6 firing TargetDown c',
      '6 firing GroupDown uplink',
    ])
  })

  it('of alerts are those that fire', () => {
    const alert = {
      type: 'alert',
      rule: 'Slow',
      labels: {target: 'api'},
      value: 3,
      annotations: {},
      since: 1,
    } as const
    expect(
      fold([
        {...alert, at: 1, state: 'pending'},
        {...alert, at: 2, state: 'inactive'},
        {...alert, at: 3, state: 'firing'},
        {...alert, at: 9, state: 'resolved'},
      ]),
    ).toEqual(['3 firing Slow api', '9 resolved Slow api 1-9'])
  })

  it('end with what they are about', () => {
    expect(
      fold([
        stateOf('api', 'reconnecting', 1),
        {at: 2, type: 'target-removed', target: 'api'},
        group(3, 'reconnecting'),
        {at: 4, type: 'group-removed', group: 'uplink'},
      ]).filter((line) => line.includes('resolved')),
    ).toEqual(['2 resolved TargetDown api 1-2', '4 resolved GroupDown uplink 3-4'])
  })

  it('of a multipath connection last from the first loss to the last path that is back', () => {
    const all = [mptcp(0, 'multipath'), mptcp(1, 'single-path'), mptcp(2, 'tcp'), mptcp(3, 'single-path')]
    expect(fold([...all, mptcp(4, 'multipath'), mptcp(5, 'multipath')])).toEqual([
      '1 firing MptcpDegraded api',
      '2 firing MptcpDegraded api',
      '3 firing MptcpDegraded api',
      '4 resolved MptcpDegraded api 1-4',
    ])
  })

  it('of one that never had a second path are only those of plain TCP', () => {
    expect(fold([mptcp(0, 'single-path'), mptcp(1, 'tcp'), mptcp(2, 'single-path')])).toEqual([
      '1 firing MptcpDegraded api',
      '2 resolved MptcpDegraded api 1-2',
    ])
    expect(fold([mptcp(0, 'tcp'), {at: 1, type: 'target-removed', target: 'api'}])).toEqual([
      '0 firing MptcpDegraded api',
      '1 resolved MptcpDegraded api 0-1',
    ])
  })
})
