import {describe, expect, it} from 'vitest'
import {BondWatch} from '../../../../src/connections/interfaces/bond-watch.ts'
import {readBonding} from '../../../../src/connections/interfaces/read-bonding.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import {tellNetwork} from '../../../../src/core/network-story.ts'
import {FakeClock} from '../../../support/fake-clock.ts'

interface Slave {
  readonly mii?: string
  readonly failures?: number
  readonly speed?: string
  readonly duplex?: string
}

/** As a kernel 6.1 writes it. */
const bonding = (
  active: string,
  slaves: Readonly<Record<string, Slave>>,
  head = 'MII Polling Interval (ms): 100',
): string =>
  [
    'Ethernet Channel Bonding Driver: v6.1.0-56-amd64\n',
    'Bonding Mode: fault-tolerance (active-backup) (fail_over_mac active)',
    'Primary Slave: e0 (primary_reselect failure)',
    `Currently Active Slave: ${active}`,
    'MII Status: up',
    head,
    'Up Delay (ms): 0\n',
    ...Object.entries(slaves).map(([name, {mii = 'up', failures = 0, speed, duplex}]) =>
      [
        `Slave Interface: ${name}`,
        `MII Status: ${mii}`,
        `Speed: ${speed ?? '10000 Mbps'}`,
        `Duplex: ${duplex ?? 'full'}`,
        `Link Failure Count: ${failures}`,
        'Permanent HW addr: 66:1d:22:e8:56:1c',
        'Slave queue ID: 0\n',
      ].join('\n'),
    ),
  ].join('\n')

describe('the file of a bond', () => {
  it('gives mode, members and their links', () => {
    const text = bonding('e0', {e0: {}, e1: {mii: 'down', failures: 3, speed: 'Unknown', duplex: 'Unknown'}})
    expect(readBonding(text)).toEqual({
      mode: 'active-backup',
      active: 'e0',
      primary: 'e0',
      monitor: 'mii',
      members: [
        {device: 'e0', state: 'active', up: true, mii: 'up', failures: 0, speed: 1e10, duplex: 'full'},
        {device: 'e1', state: 'backup', up: false, mii: 'down', failures: 3, speed: null, duplex: null},
      ],
    })
  })

  it.each([
    ['load balancing (round-robin)', 'balance-rr'],
    ['load balancing (xor)', 'balance-xor'],
    ['fault-tolerance (broadcast)', 'broadcast'],
    ['IEEE 802.3ad Dynamic link aggregation', '802.3ad'],
    ['transmit load balancing', 'balance-tlb'],
    ['adaptive load balancing', 'balance-alb'],
    ['something new', 'something new'],
  ])('names the mode %s as ip does', (described, mode) => {
    expect(readBonding(`Bonding Mode: ${described}\n`)).toMatchObject({mode, active: null, members: []})
  })

  it('tells a bond that asks a neighbour from one that looks at carriers, and from none', () => {
    const heads = [
      'ARP Polling Interval (ms): 100',
      'MII Polling Interval (ms): 50',
      'MII Polling Interval (ms): 0',
    ]
    expect(heads.map((head) => readBonding(bonding('e0', {}, head))?.monitor)).toEqual(['arp', 'mii', null])
    expect(readBonding('nonsense')).toBeNull()
  })
})

/** What is told while the file of bond0 reads like this, one text every 200 ms. */
async function watched(
  texts: readonly (string | null)[],
  users: readonly string[] = [],
): Promise<readonly string[]> {
  const clock = new FakeClock()
  const told: string[] = []
  let look = -1
  const files = {
    list: async () => {
      look += 1
      return Promise.resolve(typeof texts[look] === 'string' ? ['bond0'] : [])
    },
    readText: async () => Promise.resolve(texts[look] ?? null),
  }
  const emit = (event: RunEvent): void => {
    if (event.type === 'bond-used') told.push(`${event.at} used by ${event.targets.join(', ')}`)
    for (const {at, subject, text} of tellNetwork(event)) told.push(`${at} ${subject} ${text}`)
  }
  const watch = new BondWatch(
    {clock, files},
    {
      origin: 0,
      emit,
      targetsOf: () => users,
      onChange: () => told.push('look'),
    },
  )
  for (let index = 1; index < texts.length; index++)
    await clock.advance(texts[index - 1] === null ? 5000 : 200)
  await clock.advance(0)
  watch.stop()
  expect(clock.pending).toBe(0)
  return told
}

describe('a bond', () => {
  it('is told at first with the member in use and its users, and then only when it changes', async () => {
    const well = bonding('e0', {e0: {}, e1: {}})
    expect(await watched([well, well, well], ['api'])).toEqual([
      '0 used by api',
      '0 bond0 active-backup bond: nothing → e0: that is how it is at the start',
      'look',
    ])
  })

  it.each([
    [
      'loses the member in use',
      bonding('e1', {e0: {mii: 'down', failures: 1}, e1: {}}),
      ['200 bond0 e0 is down: it has no link', '200 bond0 active-backup bond: e0 → e1: e0 is down'],
    ],
    [
      'loses the member that stands by',
      bonding('e0', {e0: {}, e1: {mii: 'down', failures: 1}}),
      ['200 bond0 e1 is down: it has no link'],
    ],
    [
      'loses all',
      bonding('None', {e0: {mii: 'down'}, e1: {mii: 'down'}}),
      [
        '200 bond0 e0 is down: it has no link',
        '200 bond0 e1 is down: it has no link',
        '200 bond0 active-backup bond: e0 → nothing: no member can be used',
      ],
    ],
    [
      'is switched between two looks',
      bonding('e1', {e0: {failures: 1}, e1: {}}),
      ['200 bond0 active-backup bond: e0 → e1: e0 has failed, and is back'],
    ],
    [
      'is switched by hand',
      bonding('e1', {e0: {}, e1: {}}),
      ['200 bond0 active-backup bond: e0 → e1: e0 is not down: somebody has chosen'],
    ],
    [
      'loses a member for good',
      bonding('e1', {e1: {}}),
      ['200 bond0 active-backup bond: e0 → e1: e0 is no member any more'],
    ],
    ['waits before it leaves a member', bonding('e0', {e0: {mii: 'going down'}, e1: {}}), []],
  ])('that %s says so', async (_, after, expected) => {
    const told = await watched([bonding('e0', {e0: {}, e1: {}}), after])
    expect(told.slice(told.indexOf('look') + 1)).toEqual([...expected, 'look'])
  })

  it('says that the primary is taken again, and that a neighbour answers', async () => {
    const arp = 'ARP Polling Interval (ms): 100'
    const lost = bonding('e1', {e0: {mii: 'down', failures: 1}, e1: {}}, arp)
    expect(await watched([lost, bonding('e0', {e0: {failures: 1}, e1: {}}, arp)])).toEqual([
      '0 bond0 e0 is down: nobody answers through it',
      '0 bond0 active-backup bond: nothing → e1: that is how it is at the start',
      'look',
      '200 bond0 e0 is up: it is answered again',
      '200 bond0 active-backup bond: e1 → e0: e0 is the primary, and can be used again',
      'look',
    ])
  })

  it('is found when it is made later, and forgotten when it is gone', async () => {
    const well = bonding('e0', {e0: {}, e1: {}})
    expect(await watched([null, well, null, well])).toEqual([
      '5000 bond0 active-backup bond: nothing → e0: that is how it is at the start',
      'look',
      '10200 bond0 active-backup bond: nothing → e0: that is how it is at the start',
      'look',
    ])
  })
})
