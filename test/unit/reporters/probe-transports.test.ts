import {expect, test} from 'vitest'
import type {MptcpFacts, StunFacts, UdpFacts} from '../../../src/core/facts.ts'
import {displayWidth} from '../../../src/core/width.ts'
import {
  renderDialogue,
  renderMptcp,
  renderStun,
  renderUdp,
  transportWords,
} from '../../../src/reporters/probe-transports.ts'
import {chooseStyle} from '../../../src/reporters/style.ts'

const OPTIONS = {style: chooseStyle(false), width: 80}

const UDP: UdpFacts = {
  state: 'open',
  local: '[2001:db8:1234:5678:11:2233:4455:6677]:50000',
  remote: '192.0.2.1:123',
  sent: 48,
  preset: 'ntp',
  reply: `hex:${'00ff'.repeat(60)}`,
  size: 120,
  foreign: 2,
  foreign_from: '192.0.2.7:123',
}
const STUN: StunFacts = {
  mapped: '198.51.100.7:1000',
  local: '192.168.1.2:1000',
  nat: true,
  mapping: 'address-and-port-dependent',
  others: [{server: '192.0.2.2:3478', mapped: '198.51.100.7:1001'}],
  requests: 3,
  ignored: 0,
  software: 'fake \u001B[31m1.0',
  legacy: true,
  error: null,
  alternate: null,
  tcp: null,
}
const MPTCP: MptcpFacts = {
  used: false,
  subflows: null,
  paths: [],
  fallback: 'not-echoed',
  local: '192.0.2.2:1000',
  remote: '192.0.2.1:443',
  counters: {MPCapableSYNTX: 1, MPCapableFallbackSYNACK: 1, MPCurrEstab: 1},
}
const PATHS = {local: '192.0.2.2:1000', remote: '192.0.2.1:443'}

test.for([
  [
    'udp',
    renderUdp(UDP, OPTIONS),
    /state +open\n[^]*48 octets \(ntp request\)[^]*reply +120 octets\n[^]*last 192/,
  ],
  [
    'a silent udp',
    renderUdp({...UDP, state: 'open|filtered', sent: 0, reply: null, size: null}, OPTIONS),
    /empty datagram/,
  ],
  ['stun', renderStun(STUN, OPTIONS), /mapped +198\.51\.100\.7:1000, behind a NAT\n.*192\.0\.2\.2:3478 sees/],
  ['a fallback of mptcp', renderMptcp(MPTCP, OPTIONS), /plain TCP: the SYN\/ACK came without MP_CAPABLE/],
  [
    'mptcp',
    renderMptcp({...MPTCP, used: true, subflows: 1, paths: [PATHS], fallback: null}, OPTIONS),
    /yes, 1 subflow\n.*192\.0\.2\.2:1000 → 192\.0\.2\.1:443/,
  ],
  [
    'a dialogue',
    renderDialogue({done: 2, of: 3, captures: {host: 'mail.example'}}, OPTIONS),
    /2 of 3 done\n.*host = mail/,
  ],
] as const)('%s fits 80 columns, without control characters', ([, lines, says]) => {
  expect(lines.join('\n')).toMatch(says)
  expect(lines.join('')).not.toContain('\u001B')
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80)
})

test('each kind has its words for a line', () => {
  const phase = {}
  expect(transportWords({phase, udp: UDP})).toBe('open, 120 octets back')
  expect(transportWords({phase, stun: STUN})).toBe('mapped 198.51.100.7:1000')
  expect(transportWords({phase, mptcp: MPTCP})).toBe('plain TCP')
  expect(transportWords({phase, mptcp: {...MPTCP, used: true, subflows: 2}})).toBe('MPTCP, 2 subflows')
  expect(transportWords({phase})).toBe('connected')
})
