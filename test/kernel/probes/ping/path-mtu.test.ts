import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {type NamespacePath, makeNamespacePath, probeIn} from '../../../support/namespace-path.ts'
import {ipIn, namespacesMissing, nodeIn, runIn} from '../../../support/namespaces.ts'
import {requireBundle} from '../../../support/program.ts'

const MEASURE = fileURLToPath(new URL('../measure-here.ts', import.meta.url))
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

/** Whether the router keeps to itself that a packet was too big. */
function silence(on: boolean): void {
  const rules = [
    'add table inet hush',
    'delete table inet hush',
    ...(on
      ? [
          'add table inet hush',
          'add chain inet hush out { type filter hook output priority 0; }',
          'add rule inet hush out icmp type destination-unreachable drop',
          'add rule inet hush out icmpv6 type packet-too-big drop',
        ]
      : []),
  ]
  runIn(path.router, 'nft', [rules.join('\n')])
}

/** What tracepath says, which goes the same way. */
function tracepath(to: string): number {
  const text = runIn(path.near, 'tracepath', ['-n', '-m', '5', to])
  return Number(/Resume: pmtu (\d+)/.exec(text)?.[1])
}

describe.skipIf(missing !== null)('the search for the path MTU', () => {
  it.each([
    ['10.82.0.2', '10.81.0.254'],
    ['fd82::2', 'fd81::fe'],
  ])('agrees with tracepath where the router answers, to %s', async (to, router) => {
    silence(false)
    const {code, result} = await probeIn(path.near, ['ping', to, '--mtu', '-e', 'ping.mtu == 1400'])
    expect(code).toBe(0)
    expect(result.ping).toMatchObject({
      mtu: 1400,
      search: {link: 1500, over: 1401, named_by: router, silent: false, complete: true, packets: 3},
    })
    expect(tracepath(to)).toBe(1400)
    // The kernel knows the path now; that must not be taken for an answer of the path.
    const {result: again} = await probeIn(path.near, ['ping', to, '--mtu'])
    expect(again.ping).toMatchObject({mtu: 1400, search: {named_by: router, packets: 3}})
  })

  it.each(['10.82.0.2', 'fd82::2'])('finds a black hole, to %s', async (to) => {
    silence(true)
    const {code, result} = await probeIn(path.near, ['ping', to, '--mtu', '-t', '20s'])
    expect(code).toBe(1)
    expect(result).toMatchObject({
      code: 'NET_PMTU_BLACKHOLE',
      ping: {mtu: 1400, search: {link: 1500, over: 1401, named_by: null, silent: true, complete: true}},
    })
    expect(result.ping?.search?.packets).toBeLessThanOrEqual(12)
  })

  it('searches by the ping program where no socket can be opened', async () => {
    silence(false)
    const job = {url: 'ping://10.82.0.2', timeout: 9000, options: {mtu: true}, withoutKoffi: true}
    const [outcome] = await nodeIn<readonly Outcome[]>(path.near, MEASURE, [job])
    expect(outcome).toMatchObject({reading: {method: 'ping program', ping: {mtu: 1400, clock: 'user'}}})
  })

  it('searches when a condition asks for the MTU', async () => {
    silence(false)
    const {result} = await probeIn(path.near, ['ping', '10.82.0.2', '-c', '1', '-e', 'ping.mtu >= 1400'])
    expect(result).toMatchObject({ok: true, expectations: [{met: true}]})
  })
})
