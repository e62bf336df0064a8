import {expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {NetworkFacts} from '../../../src/reporters/interface-facts.ts'

const at = 0
const counts = {packets: 1, errors: 0, dropped: 0, carrierChanges: 1}

it('the status of interfaces is that of the last look, with what is warned of and what a bond has done', () => {
  const facts = new NetworkFacts()
  const member = {
    device: 'e0',
    state: 'active',
    up: true,
    mii: 'up',
    failures: 1,
    speed: 1e9,
    duplex: 'full',
  } as const
  const change = {at, type: 'bond-switched', device: 'bond0', mode: 'active-backup', because: ''} as const
  const warn = {at, type: 'interface-warning', device: 'eth0'} as const
  const story: readonly RunEvent[] = [
    {at, type: 'interface-seen', interface: {device: 'eth0', ...counts}},
    {...change, from: null, to: 'e1'},
    {...change, from: 'e1', to: 'e0'},
    {
      at,
      type: 'interface-seen',
      interface: {device: 'bond0', ...counts, bond: {mode: 'active-backup', active: 'e0', members: [member]}},
    },
    {
      at,
      type: 'interface-seen',
      interface: {device: 'eth0', ...counts, errors: 9, speed: 1e8, duplex: 'half'},
    },
    {...warn, active: true, because: 'half duplex'},
  ]
  for (const event of story) facts.add(event)
  expect(facts.interfaces()).toMatchObject([
    {
      device: 'eth0',
      errors: 9,
      speed_bits_per_second: 1e8,
      duplex: 'half',
      warning: 'half duplex',
      bond: null,
    },
    {
      device: 'bond0',
      speed_bits_per_second: null,
      warning: null,
      bond: {
        active: 'e0',
        primary: null,
        switches: 1,
        members: [
          {device: 'e0', up: true, mii: 'up', failures: 1, speed_bits_per_second: 1e9, duplex: 'full'},
        ],
      },
    },
  ])
  facts.add({...warn, active: false, because: ''})
  expect(facts.interfaces()[0]?.warning).toBeNull()
})
