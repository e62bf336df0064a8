import {describe, expect, it} from 'vitest'
import {covers, isBroad, overlap, parseNetwork} from '../../../src/faults/addresses.ts'
import {
  describeScope,
  isBroadScope,
  parseScope,
  scopeCovers,
  scopesOverlap,
} from '../../../src/faults/scope.ts'
import {scopeSchema} from '../../../src/faults/scope-schema.ts'
import type {FaultScope} from '../../../src/faults/fault.ts'

const network = (text: string) => {
  const parsed = parseNetwork(text)
  if (!parsed) throw new Error(`${text} is no network`)
  return parsed
}

describe('parseNetwork', () => {
  it.each(['10.0.0.2', '10.0.0.0/24', '0.0.0.0/0', '::1', '2001:db8::/32', '::/0'])('takes %s', (text) => {
    expect(parseNetwork(text)).not.toBeNull()
  })

  it.each([
    '',
    'localhost',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '::1/129',
    'fe80::1%eth0',
    '1.2.3.4/8/9',
  ])('refuses "%s"', (text) => {
    expect(parseNetwork(text)).toBeNull()
  })

  it.each([
    ['10.0.0.0/7', true],
    ['10.0.0.0/8', false],
    ['::/15', true],
    ['2001::/16', false],
  ])('calls %s broad: %s', (text, broad) => {
    expect(isBroad(network(text))).toBe(broad)
  })

  it.each([
    ['10.0.0.0/24', '10.0.0.255', true],
    ['10.0.0.0/24', '10.0.1.0', false],
    ['0.0.0.0/0', '::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
  ])('%s covers %s: %s', (text, address, expected) => {
    expect(covers(network(text), address)).toBe(expected)
  })

  it.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.1.0.0/16', '10.2.0.0/16', false],
    ['10.0.0.1', '::1', false],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect(overlap(network(a), network(b))).toBe(expected)
  })
})

describe('a scope', () => {
  it('joins its parts with AND', () => {
    const scope = parseScope({to: '10.0.0.2', port: 443, protocol: 'tcp'})
    expect(scopeCovers(scope, '10.0.0.2', 443)).toBe(true)
    expect(scopeCovers(scope, '10.0.0.2', 80)).toBe(false)
    expect(scopeCovers(scope, '10.0.0.3', 443)).toBe(false)
  })

  it.each<[FaultScope | undefined, boolean]>([
    [undefined, true],
    [{port: 443}, true],
    [{to: '0.0.0.0/0'}, true],
    [{to: '10.0.0.2,::/0'}, true],
    [{to: '10.0.0.2'}, false],
    [{family: 'ipv4'}, true],
    [{uid: 0}, true],
    [{uid: 1000}, false],
    [{cgroup: '/a'}, false],
  ])('%j is broad: %s', (scope, broad) => {
    expect(isBroadScope(parseScope(scope))).toBe(broad)
  })

  it.each<[FaultScope, FaultScope, boolean]>([
    [{to: '10.0.0.2'}, {to: '10.0.0.2'}, true],
    [{to: '10.0.0.2'}, {to: '10.0.0.3'}, false],
    [{to: '10.0.0.2', port: 1}, {to: '10.0.0.2', port: 2}, false],
    [{to: '10.0.0.2', port: 1}, {to: '10.0.0.2'}, true],
    [{to: '10.0.0.2', port: 1}, {to: '10.0.0.2', protocol: 'icmp'}, false],
    [{to: '10.0.0.2', protocol: 'tcp'}, {to: '10.0.0.0/8', protocol: 'udp'}, false],
    [{}, {to: '10.0.0.2', port: 1}, true],
    [{from: '10.0.0.1'}, {from: '10.0.0.2'}, false],
    [{family: 'ipv4'}, {family: 'ipv6'}, false],
    [{family: 'ipv4'}, {to: '10.0.0.2'}, true],
    [{uid: 1}, {uid: 2}, false],
    [{uid: 1}, {cgroup: '/a'}, true],
    [{cgroup: '/a'}, {cgroup: '/a/b'}, true],
    [{cgroup: '/a'}, {cgroup: '/ab'}, false],
  ])('%j and %j share packets: %s', (a, b, shared) => {
    expect(scopesOverlap(parseScope(a), parseScope(b))).toBe(shared)
    expect(scopesOverlap(parseScope(b), parseScope(a))).toBe(shared)
  })

  it.each<[FaultScope, string]>([
    [{}, 'everything'],
    [{to: '10.0.0.2', port: 443, protocol: 'tcp'}, '10.0.0.2 port 443 tcp'],
    [{to: '10.0.0.2/32,::1', from: '10.0.0.1'}, '10.0.0.2, ::1 from 10.0.0.1'],
    [{family: 'ipv6', uid: 7, cgroup: 'a/b/'}, 'IPv6 of uid 7 of cgroup /a/b'],
    [{family: 'ipv6', to: '10.0.0.2,::1'}, '::1 IPv6'],
  ])('%j reads as "%s"', (scope, words) => {
    expect(describeScope(parseScope(scope))).toBe(words)
  })

  it('refuses a port of ICMP, and names', () => {
    expect(() => parseScope({protocol: 'icmp', port: 7})).toThrow(/ICMP has no ports/)
    expect(() => parseScope({to: 'server'})).toThrow(/"server" in the scope's to is not an address/)
  })

  it.each<[FaultScope, RegExp]>([
    [{family: 'ipv6', to: '10.0.0.2'}, /has no address of IPv6/],
    [{pid: 7, namespace: 'a'}, /give one of them/],
    [{to: '10.0.0.2,10.0.0.3', pick: 1}, /pick chooses/],
  ])('refuses %j', (scope, message) => {
    expect(() => parseScope(scope)).toThrow(message)
  })

  it.each(['..', '/a/../b', 'a b', 'a"b', '/'])('takes no control group "%s"', (cgroup) => {
    expect(scopeSchema.safeParse({cgroup}).success).toBe(false)
  })
})
