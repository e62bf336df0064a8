import {describe, expect, it} from 'vitest'
import {FollowMptcp} from '../../../../src/connections/mptcp/follow-mptcp.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {MptcpFacts, SubflowFacts} from '../../../../src/core/facts.ts'

const flow = (local: string, more: Partial<SubflowFacts> = {}): SubflowFacts => ({
  local,
  remote: 'server:1',
  rtt: 5,
  backoff: 0,
  unacked: 0,
  heardAgo: 10,
  ackedAgo: 10,
  sentAgo: 10,
  retransmits: 0,
  sent: 100,
  acked: 100,
  received: 100,
  ...more,
})
const [WIFI, CABLE] = [flow('wifi:1'), flow('cable:1')]
const STALLED = flow('wifi:1', {backoff: 2, unacked: 1, ackedAgo: 700, sentAgo: 100})
const facts = (flows: readonly SubflowFacts[], more: Partial<MptcpFacts> = {}): MptcpFacts => ({
  used: true,
  subflows: flows.length,
  paths: [],
  fallback: null,
  local: 'a',
  remote: 'b',
  counters: {MPJoinSynTx: 1, MPJoinSynAckRx: 1},
  token: '00000001',
  flows,
  most: 2,
  ...more,
})
const TCP = facts([], {used: false, subflows: null, fallback: 'syn-dropped', retryIn: 30_000})
const plain: MptcpFacts = {
  used: false,
  subflows: null,
  paths: [],
  fallback: 'syn-dropped',
  local: 'a',
  remote: 'b',
  counters: {},
  retryIn: 30_000,
}

/** One sample a second with these facts. */
function play(all: readonly MptcpFacts[]): readonly string[] {
  const follow = new FollowMptcp()
  return all.flatMap((mptcp, index) => {
    const at = index * 1000
    const outcome = {status: 'ok' as const, reading: {phase: {}, mptcp}, took: 1}
    const sample: RunEvent = {at, type: 'sample', target: 'api', sample: {seq: index, sentAt: at, outcome}}
    return follow.add(sample).map((event) => {
      if (event.type === 'mptcp-changed') {
        const tried = event.trigger === null ? '' : ` tried: ${event.trigger}`
        return `${at} ${event.from ?? 'new'} > ${event.to}: ${event.because}${tried}`
      }
      if (event.type === 'subflow-lost') return `${at} lost ${event.local} ${event.cause}`
      return event.type === 'subflow-returned' ? `${at} back ${event.local}` : event.type
    })
  })
}

describe('a multipath connection', () => {
  it('is told once, and a stalled subflow with what is left', () => {
    const healed = flow('wifi:1', {acked: 120})
    expect(
      play([facts([WIFI, CABLE]), facts([STALLED, CABLE]), facts([WIFI, CABLE]), facts([healed, CABLE])]),
    ).toEqual([
      '0 new > multipath: 2 subflows carry it',
      '1000 lost wifi:1 stalled',
      '1000 multipath > single-path: 1 of 2 subflows works',
      '3000 back wifi:1',
      '3000 single-path > multipath: 2 subflows carry it',
    ])
  })

  it('loses a subflow that the kernel has closed, and gets it back when the path manager makes it anew', () => {
    expect(play([facts([WIFI, CABLE]), facts([CABLE]), facts([CABLE, flow('wifi:2')])])).toEqual([
      '0 new > multipath: 2 subflows carry it',
      '1000 lost wifi:1 closed',
      '1000 multipath > single-path: it has one subflow',
      '2000 back wifi:2',
      '2000 single-path > multipath: 2 subflows carry it',
    ])
  })

  it('falls back, and comes back for the reason that is given', () => {
    const back = facts([WIFI, CABLE], {token: '00000002', trigger: 'address 10.0.0.1/24 added on eth1'})
    expect(play([facts([WIFI, CABLE]), plain, plain, back])).toEqual([
      '0 new > multipath: 2 subflows carry it',
      '1000 multipath > tcp: SYNs with MP_CAPABLE got no answer',
      '3000 tcp > multipath: 2 subflows carry it tried: address 10.0.0.1/24 added on eth1',
    ])
    expect(play([TCP])[0]).toMatch(/^0 new > tcp/)
  })

  it.each([
    ['limits', {most: 0}, /limits of this machine/],
    ['endpoints', {counters: {}}, /endpoints are missing/],
    ['silence', {counters: {MPJoinSynTx: 2}}, /got no answer, or was refused/],
    ['a refusal', {counters: {MPJoinSynTx: 2, MPJoinSynAckRx: 1, MPJoinRejected: 1}}, /was refused/],
  ])('with one subflow says why: %s', (_, more, expected) => {
    const one = facts([WIFI], more)
    expect(play([one, one, one])[0]).toMatch(expected)
  })

  it('is not called single before it had the time for a second subflow, and tells then why it was tried', () => {
    const young = facts([WIFI], {token: '00000002', trigger: 'timer'})
    const {trigger: _, ...later} = facts([WIFI, CABLE], {token: '00000002'})
    const single = facts([WIFI], {token: '00000002'})
    const before = [facts([WIFI, CABLE]), plain]
    expect(play([...before, young, later]).at(-1)).toBe(
      '3000 tcp > multipath: 2 subflows carry it tried: timer',
    )
    expect(play([...before, young, single]).at(-1)).toMatch(/^1000 /)
    expect(play([...before, young, single, single]).at(-1)).toMatch(
      /^4000 tcp > single-path: .* tried: timer$/,
    )
    expect(play([facts([WIFI, CABLE]), young, later])).toEqual(['0 new > multipath: 2 subflows carry it'])
  })

  it('of one sample says nothing, since its end is no loss', () => {
    const {retryIn: _, ...brief} = plain
    expect(play([brief, brief])).toEqual([])
  })
})
