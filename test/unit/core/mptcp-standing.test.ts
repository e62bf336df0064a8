import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import type {MptcpFacts, SubflowFacts} from '../../../src/core/facts.ts'
import {type MptcpStanding, foldMptcp} from '../../../src/core/mptcp-standing.ts'
import type {MptcpMode} from '../../../src/core/network-events.ts'
import {mptcpStatus} from '../../../src/reporters/mptcp-status.ts'
import {UNICODE} from '../../../src/ui/glyphs.ts'
import {renderMptcp} from '../../../src/ui/mptcp-lines.ts'

const FLOW: SubflowFacts = {
  local: '10.0.0.1:5',
  remote: '10.0.0.2:7',
  rtt: 1.5,
  backoff: 0,
  unacked: 0,
  heardAgo: 1,
  ackedAgo: 1,
  sentAgo: 1,
  retransmits: 0,
  sent: 2000,
  acked: 2000,
  received: 100,
}
const SILENT: SubflowFacts = {...FLOW, local: '10.0.1.1:6', backoff: 3}
const changed = (at: number, to: MptcpMode, retryIn: number | null = null): RunEvent => ({
  at,
  type: 'mptcp-changed',
  target: 'api',
  from: null,
  to,
  token: to === 'tcp' ? null : '0000abcd',
  because: 'told',
  trigger: null,
  retryIn,
})

function sample(at: number, more: Partial<MptcpFacts>): RunEvent {
  const facts = {used: true, subflows: 2, paths: [], fallback: null, local: '', remote: '', counters: {}}
  const reading = {phase: {}, mptcp: {...facts, ...more}}
  return {
    at,
    type: 'sample',
    target: 'api',
    sample: {seq: 0, sentAt: at, outcome: {status: 'ok', reading, took: 1}},
  }
}

const fold = (events: readonly RunEvent[]): MptcpStanding | null =>
  events.reduce<MptcpStanding | null>(foldMptcp, null)
const show = (standing: MptcpStanding | null, now: number): readonly string[] =>
  renderMptcp(standing, now, UNICODE).map((line) =>
    line
      .map(({text}) => text)
      .join('')
      .trim(),
  )

describe('how a multipath connection stands', () => {
  const paths = [sample(0, {flows: [FLOW]}), changed(0, 'multipath'), sample(100, {flows: [FLOW, SILENT]})]

  it('is the mode that was told, with the subflows of the last sample', () => {
    const standing = fold(paths)
    expect(standing).toMatchObject({
      mode: 'multipath',
      token: '0000abcd',
      fallback: null,
      flows: [FLOW, SILENT],
    })
    expect(mptcpStatus(standing, 2000)).toMatchObject({
      mode: 'multipath',
      since_seconds: 2,
      retry_in_seconds: null,
      subflows: [{local: '10.0.0.1:5', rtt_seconds: 0.0015, bytes_sent: 2000}, {backoff: 3}],
    })
    expect(show(standing, 2000)).toEqual([
      expect.stringMatching(/^mptcp {5,}multipath for 2s/),
      '10.0.0.1:5 → 10.0.0.2:7  rtt 1.5ms, sent 2.0 kB, received 100 B',
      expect.stringMatching(/^10\.0\.1\.1:6 .* 3 retransmissions in a row$/),
    ])
  })

  it('says after a fallback why, and when MPTCP is tried again', () => {
    const tcp = [
      ...paths,
      sample(200, {used: false, fallback: 'not-echoed', retryIn: 3000}),
      changed(200, 'tcp', 3000),
    ]
    const standing = fold([...tcp, sample(1200, {used: false, fallback: 'not-echoed', retryIn: 2000})])
    expect(mptcpStatus(standing, 2200)).toMatchObject({
      mode: 'tcp',
      token: null,
      fallback: 'not-echoed',
      retry_in_seconds: 1,
      subflows: [],
    })
    expect(show(standing, 2200)).toEqual([
      expect.stringMatching(/degraded \(plain TCP\) for 2s, tried again in 1.*told$/),
    ])
  })

  it('is nothing for other targets', () => {
    expect(mptcpStatus(fold([sample(0, {})]), 0)).toBeNull()
    expect(show(null, 0)).toEqual([])
  })
})
