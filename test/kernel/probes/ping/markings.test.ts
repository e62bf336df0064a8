import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {
  type NamespacePath,
  countArrivals,
  makeNamespacePath,
  probeIn,
  readArrivals,
} from '../../../support/namespace-path.ts'
import {namespacesMissing, runIn} from '../../../support/namespaces.ts'
import {requireBundle} from '../../../support/program.ts'

const missing = namespacesMissing()
let path: NamespacePath

beforeAll(() => {
  requireBundle()
  if (!missing) path = makeNamespacePath()
})

afterAll(() => {
  if (!missing) path.remove()
})

/** Allows the datagram socket as well, which is tried before the raw one. */
function allowDatagram(allow: boolean): void {
  const range = allow ? '0 2147483647' : '1 0'
  runIn(path.near, 'sysctl', ['-q', '-w', `net.ipv4.ping_group_range=${range}`])
}

const IPV4 = {
  all: 'icmp type echo-request',
  marked: 'icmp type echo-request ip dscp ef',
  unmarked: 'icmp type echo-request ip dscp 0',
  hops: 'icmp type echo-request ip ttl 8',
  whole: 'icmp type echo-request ip frag-off & 0x4000 == 0x4000',
  size: 'icmp type echo-request ip length 1428',
}
const IPV6 = {
  all: 'icmpv6 type echo-request',
  marked: 'icmpv6 type echo-request ip6 dscp ef',
  unmarked: 'icmpv6 type echo-request ip6 dscp 0',
  hops: 'icmpv6 type echo-request ip6 hoplimit 8',
  whole: 'icmpv6 type echo-request exthdr frag missing',
  size: 'icmpv6 type echo-request ip6 length 1408',
}

describe.skipIf(missing !== null)('the requests of ping', () => {
  it.each([
    ['IPv4', '10.82.0.2', IPV4, true],
    ['IPv4', '10.82.0.2', IPV4, false],
    ['IPv6', 'fd82::2', IPV6, true],
    ['IPv6', 'fd82::2', IPV6, false],
  ] as const)('marks %s packets to %s as asked', async (_, to, rules, datagram) => {
    allowDatagram(datagram)
    countArrivals(path.far, rules)
    const marks = ['--ttl', '9', '--dscp', 'EF', '--df', '--size', '1400B']
    const {code, result} = await probeIn(path.near, ['ping', to, '-c', '2', '-i', '20ms', ...marks])
    expect(code).toBe(0)
    expect(result).toMatchObject({
      method: `icmp ${datagram ? 'datagram' : 'raw'} socket`,
      ping: {bytes: 1408, clock: 'kernel'},
    })
    expect(readArrivals(path.far)).toEqual({all: 2, marked: 2, unmarked: 0, hops: 2, whole: 2, size: 2})
  })

  it('leaves packets unmarked when nothing is asked', async () => {
    countArrivals(path.far, IPV4)
    const {code} = await probeIn(path.near, ['ping', '10.82.0.2', '-c', '1'])
    expect(code).toBe(0)
    expect(readArrivals(path.far)).toMatchObject({all: 1, marked: 0, unmarked: 1, hops: 0})
  })

  it.each(['10.82.0.2', 'fd82::2'])('says which size the own link takes, to %s', async (to) => {
    for (const datagram of [true, false]) {
      allowDatagram(datagram)
      const {code, result} = await probeIn(path.near, ['ping', to, '-c', '1', '--df', '--size', '1473B'])
      expect(code).toBe(1)
      expect(result).toMatchObject({code: 'NET_PMTU', ping: {mtu: 1500}})
      expect(result.failure?.message).toContain('1500 octets')
    }
  })
})
