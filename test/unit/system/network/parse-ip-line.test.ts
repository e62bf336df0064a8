import {describe, expect, it} from 'vitest'
import {parseIpLine} from '../../../../src/system/network/parse-ip-line.ts'

const LINKS = [
  [
    '3: a0@b0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default \\    link/ether 86:64:44:67:d2:63 brd ff:ff:ff:ff:ff:ff',
    {index: 3, name: 'a0', up: true, carrier: true, gone: false},
  ],
  [
    '3: a0@if9: <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> mtu 1500 qdisc noqueue state LOWERLAYERDOWN group default ',
    {index: 3, name: 'a0', up: true, carrier: false, gone: false},
  ],
  [
    '2: b0@a0: <NO-CARRIER,BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state LOWERLAYERDOWN group default ',
    {index: 2, name: 'b0', up: true, carrier: false, gone: false},
  ],
  [
    '4: wlp2s0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default ',
    {index: 4, name: 'wlp2s0', up: false, carrier: false, gone: false},
  ],
  [
    'Deleted 3: a0@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default ',
    {index: 3, name: 'a0', up: false, carrier: false, gone: true},
  ],
] as const

const ADDRESSES = [
  [
    '3: a0    inet 10.9.9.1/24 scope global a0\\       valid_lft forever preferred_lft forever',
    {index: 3, device: 'a0', address: '10.9.9.1/24', gone: false},
  ],
  [
    'Deleted 3: a0    inet6 fd00::1/64 scope global tentative \\       valid_lft forever',
    {index: 3, device: 'a0', address: 'fd00::1/64', gone: true},
  ],
  [
    '5: t0    inet 10.1.1.1 peer 10.1.1.2/32 scope global t0\\       valid_lft forever',
    {index: 5, device: 't0', address: '10.1.1.1/32', gone: false},
  ],
] as const

const ROUTES = [
  [
    'default via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.9 metric 100 ',
    {
      destination: 'default',
      devices: ['eth0'],
      via: ['192.0.2.1'],
      metric: '100',
      table: 'main',
      refusing: null,
    },
  ],
  [
    'Deleted 10.8.0.0/24 via 10.9.9.2 dev a0 linkdown ',
    {destination: '10.8.0.0/24', devices: ['a0'], via: ['10.9.9.2'], gone: true},
  ],
  [
    'default metric 5 \\\tnexthop via 10.9.9.2 dev a0 weight 1 \\\tnexthop via 10.9.9.3 dev b0 weight 1 ',
    {destination: 'default', devices: ['a0', 'b0'], via: ['10.9.9.2', '10.9.9.3']},
  ],
  ['10.5.5.5 via inet6 fe80::1 dev a0 table 77 ', {destination: '10.5.5.5', via: ['fe80::1'], table: '77'}],
  [
    'unreachable fd00::/64 dev lo metric 1024 pref medium',
    {destination: 'fd00::/64', refusing: 'unreachable', devices: []},
  ],
  ['blackhole 10.1.1.0/24 ', {destination: '10.1.1.0/24', refusing: 'blackhole'}],
] as const

const NEIGHBOURS = [
  ['10.9.9.2 dev a0  FAILED', {device: 'a0', address: '10.9.9.2', state: 'FAILED', gone: false}],
  [
    'fe80::1 dev a0 lladdr 02:00:00:00:00:01 router REACHABLE ',
    {device: 'a0', address: 'fe80::1', state: 'REACHABLE', gone: false},
  ],
  [
    'Deleted 10.9.9.3 dev a0 lladdr 02:00:00:00:00:01 STALE',
    {device: 'a0', address: '10.9.9.3', state: 'STALE', gone: true},
  ],
] as const

describe('a line of ip', () => {
  it.each(LINKS)('about a link: %s', (line, expected) => {
    expect(parseIpLine(line)).toEqual({kind: 'link', ...expected})
  })
  it.each(ADDRESSES)('about an address: %s', (line, expected) => {
    expect(parseIpLine(line)).toEqual({kind: 'address', ...expected})
  })
  it.each(ROUTES)('about a route: %s', (line, expected) => {
    expect(parseIpLine(line)).toMatchObject({kind: 'route', ...expected})
  })
  it.each(NEIGHBOURS)('about a neighbour: %s', (line, expected) => {
    expect(parseIpLine(line)).toEqual({kind: 'neighbour', ...expected})
  })

  it.each([
    'local 10.9.9.1 dev a0 table local proto kernel scope host src 10.9.9.1 ',
    'multicast ff00::/8 dev b0 table local proto kernel metric 256 pref medium',
    'dev br0 lladdr 3a:2d:cc:72:41:bf PERMANENT ',
    'Deleted 3: a0@b0: <NO-CARRIER,BROADCAST,UP,M-DOWN> mtu 1500 master br0 state LOWERLAYERDOWN \\    link/ether 4a:14:be:7e:29:8c',
  ])('that is of no interest: %s', (line) => {
    expect(parseIpLine(line)).toEqual({kind: 'other'})
  })

  it.each([
    '',
    'Deleted ',
    'nonsense',
    '3: a0',
    '3: a0: UP',
    'default',
    '10.9.9.2 dev',
    '300.1.1.1 dev a0 FAILED',
    '10.0.0.0/99 dev a0',
    'Dump was interrupted and may be inconsistent.',
  ])('that is none: "%s"', (line) => {
    expect(parseIpLine(line)).toBeNull()
  })
})
