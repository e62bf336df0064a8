import {describe, expect, it} from 'vitest'
import {cableCommands, nodeCommands} from '../../../src/lab/plan-devices.ts'
import {planTopology} from '../../../src/lab/plan-topology.ts'
import {bondSchema} from '../../../src/lab/schema-bond.ts'

const bonded = (text: object) =>
  planTopology({
    nodes: ['client', 'server'],
    links: [{between: ['client', 'server'], subnet: '10.1.0.0/24', bond: bondSchema.parse(text)}],
  })
/** The line of a node that makes the one device of its cables. */
const made = (node: string, text: object): string | undefined =>
  nodeCommands(node, bonded(text)).find((line) => line.includes('add name'))
const mistakes = (text: object): readonly string[] =>
  bondSchema.safeParse(text).error?.issues.map(({path, message}) => `${path.join('.')}: ${message}`) ?? []

describe('a bonded link of a lab', () => {
  it('is cables in a bond at one end, and in a bridge at the other, as at a switch', () => {
    const plan = bonded({})
    expect(cableCommands('client', plan, () => 3)).toEqual([
      'link add name bond0p0 type veth peer name br0p0 netns 3',
      'link add name bond0p1 type veth peer name br0p1 netns 3',
    ])
    expect(nodeCommands('client', plan)).toEqual([
      'link set dev lo up',
      'link add name bond0 type bond mode active-backup miimon 100',
      'link set dev bond0p0 master bond0',
      'link set dev bond0p1 master bond0',
      'link set dev bond0p0 up',
      'link set dev bond0p1 up',
      'address add 10.1.0.1/24 dev bond0',
      'link set dev bond0 up',
    ])
    expect(nodeCommands('server', plan)).toEqual([
      'link set dev lo up',
      'link add name br0 type bridge',
      'link set dev br0p0 master br0',
      'link set dev br0p1 master br0',
      'link set dev br0p0 up',
      'link set dev br0p1 up',
      'address add 10.1.0.2/24 dev br0',
      'link set dev br0 up',
    ])
  })

  it('is a bond at both ends where all cables are used', () => {
    const plan = bonded({mode: 'balance-rr', members: 3})
    expect(cableCommands('client', plan, () => 3).at(-1)).toBe(
      'link add name bond0p2 type veth peer name bond0p2 netns 3',
    )
    expect(made('server', {mode: 'balance-rr'})).toBe(
      'link add name bond0 type bond mode balance-rr miimon 100',
    )
  })

  it.each([
    [{miimon: '50ms', updelay: '200ms', downdelay: '100ms'}, 'miimon 50 updelay 200 downdelay 100'],
    [{arp_interval: '100ms'}, 'arp_interval 100 arp_ip_target 10.1.0.2'],
    [
      {arp_interval: '100ms', arp_ip_target: ['10.1.0.2', '10.1.0.9'], arp_validate: 'all'},
      'arp_interval 100 arp_ip_target 10.1.0.2,10.1.0.9 arp_validate all',
    ],
    [
      {primary: 1, primary_reselect: 'failure', fail_over_mac: 'active'},
      'miimon 100 primary bond0p1 primary_reselect failure fail_over_mac active',
    ],
  ])('takes %o to the kernel', (text, words) => {
    expect(made('client', text)).toBe(`link add name bond0 type bond mode active-backup ${words}`)
  })

  it('asks the node at the other end of each bond', () => {
    const text = {arp_interval: '100ms', other_end: 'bond'}
    expect(made('server', text)).toMatch(/arp_ip_target 10\.1\.0\.1$/)
  })

  it.each([
    [{mode: 'broadcast', primary: 0}, ['primary: broadcast uses all cables: this is for active-backup']],
    [
      {miimon: '100ms', arp_interval: '100ms'},
      ['miimon: the kernel watches either the cables (miimon) or a neighbour (arp_interval)'],
    ],
    [{arp_validate: 'all'}, ['arp_validate: this needs arp_interval']],
    [{updelay: '150ms'}, ['updelay: give a multiple of miimon (100ms)']],
    [{primary: 2}, ['primary: there are 2 cables, counted from 0']],
    [{primary_reselect: 'failure'}, ['primary_reselect: this needs primary']],
    [{arp_interval: '1s', arp_ip_target: ['fd00::1']}, ['arp_ip_target.0: write an IPv4 address']],
  ])('refuses %o with the reason at its place', (text, expected) => {
    expect(mistakes(text)).toEqual(expected)
  })
})
