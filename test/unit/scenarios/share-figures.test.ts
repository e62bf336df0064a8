import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import type {Reading} from '../../../src/core/outcome.ts'
import {
  ShareCollector,
  type ShareSeries,
  shareField,
  shareFigures,
} from '../../../src/scenarios/share-figures.ts'
import type {Round} from '../../../src/scenarios/windows.ts'

const sample = (target: string, at: number, reading: Partial<Reading>): RunEvent => ({
  at,
  type: 'sample',
  target,
  sample: {seq: 0, sentAt: at, outcome: {status: 'ok', took: 1, reading: {phase: {}, ...reading}}},
})
const flow = (remote: string, acked: number) => ({
  local: '10.0.0.1:40000',
  remote,
  rtt: 1,
  backoff: 0,
  unacked: 0,
  heardAgo: 0,
  ackedAgo: 0,
  sentAgo: 0,
  retransmits: 0,
  sent: acked,
  acked,
  received: 0,
})
const both = (at: number, wifi: number, cable: number, token = 'a'): RunEvent =>
  sample('both', at, {
    address: '10.0.1.2',
    mptcp: {
      used: true,
      subflows: 2,
      paths: [],
      fallback: null,
      local: '',
      remote: '',
      counters: {},
      token,
      flows: [flow('10.0.1.2:443', wifi), flow('[fd00::2]:443', cable)],
    },
  })
const added: RunEvent = {
  at: 0,
  type: 'group-added',
  group: {
    name: 'uplink',
    mode: 'mptcp',
    members: [
      {name: 'mptcp', target: 'both'},
      {name: 'wifi', target: 'one'},
      {name: 'cable', target: 'other'},
    ],
    interval: 100,
  },
}
const round: Round = {
  start: 0,
  baselineEnd: 1000,
  faults: [{fault: 'f', name: 'slow', from: 1000, to: 2000}],
  end: 3000,
}

function sharesOf(events: readonly RunEvent[]): ShareSeries | undefined {
  const collector = new ShareCollector()
  return events.flatMap((event) => collector.add(event) ?? []).at(-1)?.part.shares
}

const learnt = [added, sample('one', 10, {address: '10.0.1.2'}), sample('other', 10, {address: 'fd00::2'})]
const ask = (shares: ShareSeries | undefined, path: string, from: number, to: number) =>
  shareField(shares, {field: `share.${path}`, spans: [{from, to}]})

describe('the bytes of a multipath connection', () => {
  const story = [
    ...learnt,
    both(100, 1000, 1000),
    both(900, 1600, 1400),
    // Still on its way when the fault came: nobody knows what of it was sent before.
    both(1100, 2000, 2000),
    both(1900, 2100, 2900),
    both(2100, 2200, 3000),
    both(2900, 2700, 3500),
  ]
  const shares = sharesOf(story)

  it('are divided between the paths by where the subflows lead to', () => {
    expect([ask(shares, 'wifi', 0, 1000), ask(shares, 'cable', 0, 1000)]).toEqual([0.6, 0.4])
    expect([ask(shares, 'wifi', 1000, 2000), ask(shares, 'cable', 1000, 2000)]).toEqual([0.1, 0.9])
    expect(ask(shares, 'wifi', 2000, 3000)).toBe(0.5)
    expect(ask(shares, 'lte', 0, 3000)).toBe(0)
    expect(shareField(shares, {field: 'share', spans: [{from: 0, to: 3000}]})).toBeUndefined()
  })

  it('are figures of the verdict: under the fault, with before and afterwards', () => {
    const [cable, wifi] = shareFigures('uplink', shares, [round])
    expect(cable).toMatchObject({name: 'uplink.share.cable', value: 0.9, unit: 'ratio'})
    expect(wifi).toMatchObject({name: 'uplink.share.wifi', value: 0.1, note: 'before 60%, afterwards 50%'})
  })

  it('go on counting when the connection is made anew', () => {
    const anew = sharesOf([...story, both(3100, 100, 100, 'b'), both(3900, 400, 200, 'b')])
    expect(ask(anew, 'wifi', 3000, 4000)).toBe(0.75)
  })

  it('are not told where nothing was sent, and of two paths that lead to one address', () => {
    expect(ask(shares, 'wifi', 5000, 6000)).toBeUndefined()
    expect(ask(shares, 'wifi', 2500, 3000)).toBeUndefined()
    const same = [added, sample('one', 10, {address: '10.0.1.2'}), sample('other', 10, {address: '10.0.1.2'})]
    expect(ask(sharesOf([...same, both(100, 10, 10), both(900, 600, 400)]), 'wifi', 0, 1000)).toBeUndefined()
  })
})
