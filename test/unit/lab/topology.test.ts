import {describe, expect, it} from 'vitest'
import type {LabSpec, NodeSettings} from '../../../src/lab/lab.ts'
import {cableCommands, nodeCommands, shapeCommands, switchCommands} from '../../../src/lab/plan-devices.ts'
import {nodeRuleset} from '../../../src/lab/plan-packets.ts'
import {planRoutes} from '../../../src/lab/plan-routes.ts'
import {checkNodes, planTopology} from '../../../src/lab/plan-topology.ts'
import {PLAIN_NODE} from '../../../src/lab/schema-node.ts'
import {parseSubnet, parseSubnet6} from '../../../src/lab/subnet.ts'
import {nodeAddresses} from '../../../src/lab/topology.ts'

const chain = planTopology({
  nodes: ['client', 'router', 'server'],
  links: [
    {between: ['client', 'router'], subnet: '10.77.0.0/24', subnet6: 'fd77::/64'},
    {between: ['router', 'server'], subnet: '10.78.0.128/30', subnet6: 'fd78::/64', mtu: 1400},
  ],
})
const router: NodeSettings = {...PLAIN_NODE, router: true}
const pidOf = (node: string): number =>
  ({client: 1, router: 2, server: 3, lan: 4, 'wire-slow': 5})[node] ?? -1

describe('a lab’s cables', () => {
  it('are numbered per node, with .1 for the first node and .2 for the second', () => {
    expect(chain.segments.map(({name, ends}) => [name, ends])).toEqual([
      [
        'client-router',
        [
          {node: 'client', device: 'eth0', address: '10.77.0.1', address6: 'fd77::1'},
          {node: 'router', device: 'eth0', address: '10.77.0.2', address6: 'fd77::2'},
        ],
      ],
      [
        'router-server',
        [
          {node: 'router', device: 'eth1', address: '10.78.0.129', address6: 'fd78::1'},
          {node: 'server', device: 'eth0', address: '10.78.0.130', address6: 'fd78::2'},
        ],
      ],
    ])
  })

  it('are made by the node of their first end, both ends at once', () => {
    expect(cableCommands('router', chain, pidOf)).toEqual([
      'link add name eth1 type veth peer name eth0 netns 3',
    ])
    expect(cableCommands('server', chain, pidOf)).toEqual([])
  })

  it('get addresses and MTU before they come up', () => {
    expect(nodeCommands('router', chain, ['192.0.2.1/32'])).toEqual([
      'link set dev lo up',
      'address add 192.0.2.1/32 dev lo',
      'link set dev eth1 mtu 1400',
      'address add 10.77.0.2/24 dev eth0',
      'link set dev eth0 addrgenmode none',
      'address add fe80::2/64 dev eth0 nodad',
      'address add fd77::2/64 dev eth0 nodad',
      'address add 10.78.0.129/30 dev eth1',
      'link set dev eth1 addrgenmode none',
      'address add fe80::1/64 dev eth1 nodad',
      'address add fd78::1/64 dev eth1 nodad',
      'link set dev eth0 up',
      'link set dev eth1 up',
    ])
  })
})

describe('a lab’s switches', () => {
  const lan = planTopology({
    nodes: ['client', 'router', 'server'],
    links: [],
    networks: {lan: {nodes: ['client', 'router', 'server'], subnet: '10.1.0.0/24'}},
  })

  it('take one end of every cable into a bridge', () => {
    expect(lan.switches).toEqual(['lan'])
    expect(cableCommands('server', lan, pidOf)).toEqual([
      'link add name eth0 type veth peer name port2 netns 4',
    ])
    const [segment] = lan.segments
    expect(segment && switchCommands(segment)).toEqual([
      'link set dev lo up',
      'link add name br0 type bridge',
      ...[0, 1, 2].map((port) => `link set dev port${port} master br0`),
      ...[0, 1, 2].map((port) => `link set dev port${port} up`),
      'link set dev br0 up',
    ])
    expect(nodeAddresses('server', lan)).toEqual(['10.1.0.3'])
  })

  it.each([
    [{rate: 8_000_000}, 'tbf rate 8000000bit burst 10000 latency 50ms'],
    [{delay: 20}, 'netem limit 56819 delay 20ms'],
    [
      {delay: 20, jitter: 5, loss: 0.01, rate: 1_000_000},
      'netem limit 1000 delay 20ms 5ms loss 1% rate 1000000bit',
    ],
  ])('shape a link by %j in both directions', (shape, shaper) => {
    const shaped = planTopology({
      nodes: ['client', 'server'],
      links: [{between: ['client', 'server'], subnet: '10.1.0.0/24', name: 'slow', shape}],
    })
    expect(shaped.switches).toEqual(['wire-slow'])
    const [segment] = shaped.segments
    expect(segment && shapeCommands(segment)).toEqual([
      `qdisc add dev port0 root ${shaper}`,
      `qdisc add dev port1 root ${shaper}`,
    ])
  })
})

describe('a lab’s routes', () => {
  it('lead to every subnet behind a router, in both families', () => {
    expect(planRoutes('client', chain, {router})).toEqual([
      'route replace 10.78.0.128/30 via 10.77.0.2',
      'route replace fd78::/64 via fd77::2',
    ])
    expect(planRoutes('server', chain, {router})).toEqual([
      'route replace 10.77.0.0/24 via 10.78.0.129',
      'route replace fd77::/64 via fd78::1',
    ])
    expect(planRoutes('router', chain, {router})).toEqual([])
  })

  it('lead nowhere through a node that is no router', () => {
    expect(planRoutes('client', chain, {})).toEqual([])
  })

  it('are replaced by those of the document, which may name a node', () => {
    const settings = {router, client: {...PLAIN_NODE, routes: [{to: 'default', via: 'router'}]}}
    expect(planRoutes('client', chain, settings)).toContain('route replace default via 10.77.0.2')
  })

  it('take the way with the fewest hops', () => {
    const ring = planTopology({
      nodes: ['a', 'b', 'c', 'd'],
      links: [
        {between: ['a', 'b'], subnet: '10.1.0.0/24'},
        {between: ['b', 'c'], subnet: '10.2.0.0/24'},
        {between: ['c', 'd'], subnet: '10.3.0.0/24'},
        {between: ['a', 'c'], subnet: '10.4.0.0/24'},
      ],
    })
    expect(planRoutes('a', ring, {b: router, c: router})).toEqual([
      'route replace 10.2.0.0/24 via 10.1.0.2',
      'route replace 10.3.0.0/24 via 10.4.0.2',
    ])
  })
})

describe('a node’s packet rules', () => {
  it('are none for a plain node', () => {
    expect(nodeRuleset('client', chain, PLAIN_NODE)).toBeNull()
  })

  it('name both families of a node, and hold for what a router passes on', () => {
    const firewall = [
      {deny: 'drop', protocol: 'tcp', port: 443, from: 'client', to: 'server'},
      {deny: 'reset', port: 80},
      {deny: 'reject', protocol: 'icmp', to: '192.0.2.0/24'},
    ] as const
    expect(nodeRuleset('router', chain, {...router, firewall, nat: ['router-server']}))
      .toMatchInlineSnapshot(`
      "table inet netdrill_lab {
        chain input {
          type filter hook input priority 0;
          ip saddr { 10.77.0.1 } ip daddr { 10.78.0.130 } tcp dport 443 counter drop
          ip6 saddr { fd77::1 } ip6 daddr { fd78::2 } tcp dport 443 counter drop
          tcp dport 80 counter reject with tcp reset
          ip daddr { 192.0.2.0/24 } meta l4proto { icmp, ipv6-icmp } counter reject with icmpx type admin-prohibited
        }
        chain output {
          type filter hook output priority 0;
          ip saddr { 10.77.0.1 } ip daddr { 10.78.0.130 } tcp dport 443 counter drop
          ip6 saddr { fd77::1 } ip6 daddr { fd78::2 } tcp dport 443 counter drop
          tcp dport 80 counter reject with tcp reset
          ip daddr { 192.0.2.0/24 } meta l4proto { icmp, ipv6-icmp } counter reject with icmpx type admin-prohibited
        }
        chain forward {
          type filter hook forward priority 0;
          ip saddr { 10.77.0.1 } ip daddr { 10.78.0.130 } tcp dport 443 counter drop
          ip6 saddr { fd77::1 } ip6 daddr { fd78::2 } tcp dport 443 counter drop
          tcp dport 80 counter reject with tcp reset
          ip daddr { 192.0.2.0/24 } meta l4proto { icmp, ipv6-icmp } counter reject with icmpx type admin-prohibited
        }
        chain hide {
          type nat hook postrouting priority 100;
          oifname "eth1" masquerade
        }
      }
      "
    `)
  })
})

describe('a lab that was not read from a document', () => {
  it('names a node that is not in it', () => {
    const spec: LabSpec = {
      isolation: 'auto',
      nodes: ['a'],
      links: [{between: ['a', 'b'], subnet: '10.0.0.0/24'}],
      servers: {},
    }
    expect(() => checkNodes(spec)).toThrow('there is no node "b" in the lab')
  })

  it('has a node without links on its loopback address', () => {
    expect(nodeAddresses('lonely', chain)).toEqual(['127.0.0.1'])
    expect(nodeAddresses('router', chain)).toEqual(['10.77.0.2', '10.78.0.129'])
  })
})

describe('subnets', () => {
  it.each([
    [parseSubnet, '10.77.0.0/24', ['10.77.0.1', '10.77.0.2', 254]],
    [parseSubnet, '192.0.2.252/30', ['192.0.2.253', '192.0.2.254', 2]],
    [parseSubnet6, 'fd77::/64', ['fd77::1', 'fd77::2', 65_535]],
  ])('count hosts: %o of %s', (parse, text, expected) => {
    const parsed = parse(text)
    expect(parsed.ok && [parsed.value.host(1), parsed.value.host(2), parsed.value.room]).toEqual(expected)
  })

  it.each([
    [parseSubnet, '10.77.0.1/24', 'host bits set: write 10.77.0.0/24'],
    [parseSubnet, '10.77.0.0', 'not an IPv4 network'],
    [parseSubnet, '10.77.0.0/31', 'between /8 and /30'],
    [parseSubnet, 'fd00::/64', 'not an IPv4 network'],
    [parseSubnet, '10.77.0.0/24/1', 'not an IPv4 network'],
    [parseSubnet6, '10.77.0.0/24', 'not an IPv6 network'],
    [parseSubnet6, 'fd77::1/64', 'not an IPv6 network'],
    [parseSubnet6, 'fd77::/127', 'between /48 and /112'],
  ])('refuse with %o: %s', (parse, text, because) => {
    expect(parse(text)).toEqual({ok: false, because: expect.stringContaining(because) as string})
  })
})
