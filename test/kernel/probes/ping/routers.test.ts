import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type NamespacePath, makeNamespacePath, probeIn} from '../../../support/namespace-path.ts'
import {ipIn, namespacesMissing, runIn} from '../../../support/namespaces.ts'
import {requireBundle} from '../../../support/program.ts'

const missing = namespacesMissing()
let path: NamespacePath

beforeAll(() => {
  requireBundle()
  if (missing) return
  path = makeNamespacePath()
  ipIn(path.router, 'link set nd2 mtu 1400')
  ipIn(path.far, 'link set nd3 mtu 1400')
})

afterAll(() => {
  if (!missing) path.remove()
})

describe.skipIf(missing !== null)('what a router says to a ping', () => {
  it.each([
    ['10.82.0.2', '10.81.0.254', {type: 11, code: 0}],
    ['fd82::2', 'fd81::fe', {type: 3, code: 0}],
  ])('is told with its address when a packet to %s dies there', async (to, from, icmp) => {
    for (const range of ['0 2147483647', '1 0']) {
      runIn(path.near, 'sysctl', ['-q', '-w', `net.ipv4.ping_group_range=${range}`])
      const {code, result} = await probeIn(path.near, ['ping', to, '-c', '1', '--ttl', '1'])
      expect(code).toBe(1)
      expect(result).toMatchObject({code: 'PING_TTL_EXCEEDED', ping: {from, icmp, bytes: 0}})
      expect(result.failure?.message).toContain(from)
    }
    const {code} = await probeIn(path.near, ['ping', to, '-c', '1', '--ttl', '2'])
    expect(code).toBe(0)
  })

  it.each([
    ['10.82.0.2', '10.81.0.254', {type: 3, code: 4}],
    ['fd82::2', 'fd81::fe', {type: 2, code: 0}],
  ])('is told with the MTU when a packet to %s is too large', async (to, from, icmp) => {
    const args = ['ping', to, '-c', '3', '-i', '20ms', '--df', '--size', '1400B']
    const {code, result} = await probeIn(path.near, args)
    expect(code).toBe(1)
    // All three went out: what the kernel has learned from the first one stops no other.
    expect(result).toMatchObject({failures: {NET_PMTU: 3}, ping: {from, icmp, mtu: 1400}})
    expect(result.failure?.message).toContain('1400 octets')
  })

  it('does not matter to packets that may be fragmented', async () => {
    const {code, result} = await probeIn(path.near, [
      'ping',
      '10.82.0.2',
      '-c',
      '3',
      '-i',
      '20ms',
      '--size',
      '4000B',
    ])
    expect(code).toBe(0)
    expect(result.ping?.bytes).toBe(4008)
  })
})
