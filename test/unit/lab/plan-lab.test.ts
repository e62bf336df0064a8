import {describe, expect, it} from 'vitest'
import type {LabSpec} from '../../../src/lab/lab.ts'
import {checkNodes, linkCommand, nodeAddresses, nodeCommands, planLinks} from '../../../src/lab/plan-lab.ts'
import {parseSubnet} from '../../../src/lab/subnet.ts'

const links = planLinks([
  {between: ['client', 'router'], subnet: '10.77.0.0/24'},
  {between: ['router', 'server'], subnet: '10.78.0.128/30'},
])

describe('planning links', () => {
  it('numbers devices per node and gives .1 to the first, .2 to the second', () => {
    expect(links).toEqual([
      {
        first: {node: 'client', device: 'eth0', address: '10.77.0.1'},
        second: {node: 'router', device: 'eth0', address: '10.77.0.2'},
        prefix: 24,
      },
      {
        first: {node: 'router', device: 'eth1', address: '10.78.0.129'},
        second: {node: 'server', device: 'eth0', address: '10.78.0.130'},
        prefix: 30,
      },
    ])
  })

  it('makes both ends of a pair in one command', () => {
    const [, second] = links
    expect(second && linkCommand(second, 4711)).toBe('link add name eth1 type veth peer name eth0 netns 4711')
  })

  it('brings up loopback, addresses and devices of a node', () => {
    expect(nodeCommands('router', links)).toEqual([
      'link set dev lo up',
      'address add 10.77.0.2/24 dev eth0',
      'address add 10.78.0.129/30 dev eth1',
      'link set dev eth0 up',
      'link set dev eth1 up',
    ])
  })

  it('knows a node without links by its loopback address', () => {
    expect(nodeAddresses('lonely', links)).toEqual(['127.0.0.1'])
    expect(nodeAddresses('router', links)).toEqual(['10.77.0.2', '10.78.0.129'])
  })

  it('names a node that is not in the lab', () => {
    const spec: LabSpec = {
      isolation: 'auto',
      nodes: ['a'],
      links: [{between: ['a', 'b'], subnet: '10.0.0.0/24'}],
      servers: {},
    }
    expect(() => checkNodes(spec)).toThrow('there is no node "b" in the lab')
  })
})

describe('parseSubnet', () => {
  it.each([
    ['10.77.0.0/24', {prefix: 24, first: '10.77.0.1', second: '10.77.0.2'}],
    ['192.0.2.252/30', {prefix: 30, first: '192.0.2.253', second: '192.0.2.254'}],
  ])('takes %s apart', (text, value) => {
    expect(parseSubnet(text)).toEqual({ok: true, value})
  })

  it.each([
    ['10.77.0.1/24', 'host bits set: write 10.77.0.0/24'],
    ['10.77.0.0', 'not an IPv4 network'],
    ['10.77.0.0/31', 'between /8 and /30'],
    ['fd00::/64', 'not an IPv4 network'],
    ['10.77.0.0/24/1', 'not an IPv4 network'],
  ])('refuses %s', (text, because) => {
    expect(parseSubnet(text)).toEqual({ok: false, because: expect.stringContaining(because) as string})
  })
})
