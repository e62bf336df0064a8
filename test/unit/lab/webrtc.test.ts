import {describe, expect, it} from 'vitest'
import {keepCandidates} from '../../../src/lab/servers/webrtc/candidates.ts'

const SDP = [
  'v=0',
  'a=candidate:1 1 udp 2116026367 10.80.0.1 60952 typ host',
  'a=candidate:2 1 udp 2116026367 10.80.1.1 40291 typ host',
  'a=candidate:3 1 udp 2116026367 fd80::1 40292 typ host',
  'a=ice-ufrag:965b',
  '',
].join('\r\n')

describe('the candidates that a peer tells', () => {
  it.each([
    [['10.80.0.0/24'], ['10.80.0.1']],
    [
      ['10.80.0.0/24', 'fd80::/64'],
      ['10.80.0.1', 'fd80::1'],
    ],
    [['0.0.0.0/0'], ['10.80.0.1', '10.80.1.1']],
    [[], []],
  ])('are those inside %j', (networks, kept) => {
    const lines = keepCandidates(SDP, networks).split('\r\n')
    const addresses = lines
      .filter((line) => line.startsWith('a=candidate:'))
      .map((line) => line.split(' ')[4])
    expect(addresses).toEqual(kept)
    expect(lines.filter((line) => !line.startsWith('a=candidate:'))).toEqual(['v=0', 'a=ice-ufrag:965b', ''])
  })
})
