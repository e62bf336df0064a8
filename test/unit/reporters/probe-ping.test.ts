import {describe, expect, it} from 'vitest'
import type {MtuSearchFacts, PingFacts} from '../../../src/core/facts.ts'
import {pingWords, renderPing} from '../../../src/reporters/probe-ping.ts'
import {chooseStyle} from '../../../src/reporters/style.ts'

const options = {style: chooseStyle(false), width: 200}
const SEARCH: MtuSearchFacts = {
  link: 1500,
  over: 1401,
  named_by: null,
  silent: false,
  complete: true,
  packets: 11,
}

function facts(mtu: number, search: Partial<MtuSearchFacts>): PingFacts {
  const found = {mtu, search: {...SEARCH, ...search}}
  return {ttl: 63, bytes: 64, sequence: 1, duplicate: false, ...found}
}

describe('what is said of a path MTU', () => {
  it.each<[string, PingFacts, string]>([
    [
      'named by a router',
      facts(1400, {named_by: '10.0.0.1', packets: 3}),
      '1400 octets, the own link takes 1500; named by 10.0.0.1; 3 packets',
    ],
    [
      'a black hole',
      facts(1400, {silent: true}),
      '1400 octets, the own link takes 1500; larger packets vanish in silence; 11 packets',
    ],
    ['a whole path', facts(1500, {over: 1501, packets: 2}), '1500 octets, as the own link; 2 packets'],
    [
      'too little time',
      facts(1372, {over: 1436, silent: true, complete: false}),
      '1372 octets, the own link takes 1500; larger packets vanish in silence; 1436 did not get through, between the two was not tried; 11 packets',
    ],
    ['a loopback', facts(65_535, {link: null, over: null, packets: 1}), '65535 octets; 1 packet'],
  ])('is right for %s', (_, seen, expected) => {
    expect(renderPing(seen, options)).toEqual([`  path mtu  ${expected}`])
  })

  it('is nothing when nobody searched', () => {
    const {search: _, ...plain} = facts(1400, {})
    expect(renderPing(plain, options)).toEqual([])
    expect(pingWords(plain)).toBe('ttl 63  path MTU 1400')
  })
})
