import {describe, expect, it} from 'vitest'
import {type LinkQuestion, judgeLink} from '../../../../src/connections/interfaces/judge-link.ts'
import type {LinkState, NetworkState, RouteState} from '../../../../src/core/network-port.ts'

const link = (name: string, more: Partial<LinkState> = {}): LinkState => ({
  name,
  up: true,
  carrier: true,
  addresses: [`10.0.${name === 'wifi' ? 1 : 2}.1/24`],
  ...more,
})
const route = (destination: string, ...devices: string[]): RouteState => ({
  destination,
  devices,
  table: 'main',
})

function stateOf(links: readonly LinkState[], routes: readonly RouteState[] | null): NetworkState {
  return {links, routes, method: 'ip monitor', unknownLines: 0, restarts: 0}
}

const WIFI = {reach: {interface: 'wifi', source: null, address: '10.0.1.2'}, device: 'wifi'}
const FREE = {reach: {interface: null, source: null, address: '192.0.2.9'}, device: 'wifi'}
const FROM = {reach: {interface: null, source: '10.0.2.1', address: '192.0.2.9'}, device: 'cable'}
const ROUTES = [route('10.0.1.0/24', 'wifi'), route('default', 'cable'), route('default', 'wifi')]
const BOTH = [link('wifi'), link('cable')]
const CUT = [link('wifi', {carrier: false}), link('cable')]

const CASES: readonly (readonly [string, LinkQuestion, NetworkState, string])[] = [
  ['bound, all there', WIFI, stateOf(BOTH, ROUTES), 'wifi'],
  ['bound, no carrier', WIFI, stateOf(CUT, ROUTES), 'carrier: wifi has no carrier'],
  ['bound, set down', WIFI, stateOf([link('wifi', {up: false})], ROUTES), 'link: wifi is set down'],
  ['bound, unplugged', WIFI, stateOf([link('cable')], ROUTES), 'link: there is no interface wifi'],
  [
    'bound, no address',
    WIFI,
    stateOf([link('wifi', {addresses: []})], ROUTES),
    'address: wifi has no address',
  ],
  [
    'bound, an address of the other family only',
    WIFI,
    stateOf([link('wifi', {addresses: ['fd00::1/64']})], ROUTES),
    'address: wifi has no address',
  ],
  [
    'bound, no route through it',
    WIFI,
    stateOf(BOTH, [route('default', 'cable')]),
    'route: no route leads to 10.0.1.2 through wifi',
  ],
  ['bound, routes unknown', WIFI, stateOf(BOTH, null), 'wifi'],
  ['bound, address unknown', {...WIFI, reach: {...WIFI.reach, address: null}}, stateOf(BOTH, []), 'wifi'],
  ['not bound, the kernel has moved it', {...FREE, routed: 'cable'}, stateOf(CUT, ROUTES), 'cable'],
  [
    'not bound, the kernel sends into a dead link',
    {...FREE, routed: 'wifi'},
    stateOf(CUT, ROUTES),
    'carrier: wifi has no carrier',
  ],
  ['not bound, nobody asked yet and another way is left', FREE, stateOf(CUT, ROUTES), 'null'],
  [
    'not bound, nobody asked yet and no other way is left',
    FREE,
    stateOf(CUT, [route('default', 'wifi')]),
    'carrier: wifi has no carrier',
  ],
  ['not bound, no route', {...FREE, routed: null}, stateOf(BOTH, []), 'route: no route leads to 192.0.2.9'],
  [
    'not bound, no route since its interface is down',
    {...FREE, routed: null},
    stateOf([link('wifi', {up: false})], []),
    'link: wifi is set down',
  ],
  ['from an address that is there', {...FROM, routed: 'cable'}, stateOf(BOTH, ROUTES), 'cable'],
  [
    'from an address that is gone',
    {...FROM, routed: 'cable'},
    stateOf([link('wifi')], ROUTES),
    'address: 10.0.2.1 is no address of this machine',
  ],
  [
    'from an address whose interface has no carrier',
    {...FROM, routed: 'wifi'},
    stateOf([link('wifi'), link('cable', {carrier: false})], ROUTES),
    'carrier: cable has no carrier',
  ],
]

describe('a target', () => {
  it.each(CASES)('%s', (_, question, state, expected) => {
    const judgement = judgeLink(question, state)
    const told = judgement.lost
      ? `${judgement.lost.cause}: ${judgement.lost.because}`
      : String(judgement.device)
    expect(told).toBe(expected)
  })
})
