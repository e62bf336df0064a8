import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {IcmpMethod} from '../../../src/system/icmp.ts'
import {
  type NamespacePair,
  ipIn,
  makeNamespacePair,
  namespacesMissing,
  nodeIn,
  runIn,
} from '../../support/namespaces.ts'
import type {EchoJob, EchoReport} from './icmp-echo.ts'

const SCRIPT = fileURLToPath(new URL('icmp-echo.ts', import.meta.url))
const missing = namespacesMissing()
let pair: NamespacePair

const run = async (job: EchoJob): Promise<EchoReport> => nodeIn<EchoReport>(pair.near, SCRIPT, job)

function allowDatagram(allow: boolean): void {
  runIn(pair.near, 'sysctl', ['-q', '-w', `net.ipv4.ping_group_range=${allow ? '0 2147483647' : '1 0'}`])
}

beforeAll(() => {
  if (missing) return
  pair = makeNamespacePair()
  const {near, far} = pair
  const redirects = ['net.ipv4.conf.all.send_redirects=0', 'net.ipv4.conf.nd1.send_redirects=0']
  const settings = [...redirects, 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']
  runIn(far, 'sysctl', ['-q', '-w', ...settings])
  ipIn(near, 'route add 10.98.0.0/24 via 10.99.0.2')
  ipIn(near, 'route add prohibit 10.97.0.1')
  ipIn(near, 'route add blackhole 10.97.0.2')
  ipIn(near, '-6 route add fd98::/64 via fd99::2')
  ipIn(far, '-6 route add prohibit fd98::1')
  runIn(far, 'nft', ['add table inet t'])
  runIn(far, 'nft', ['add chain inet t in {type filter hook input priority 0;}'])
  runIn(far, 'nft', ['add rule inet t in ip length 110 drop'])
  // Reject rules, since the kernel counts what unreachable routes answer against a small budget (ip_rt_error_burst).
  ipIn(far, 'route add 10.98.0.0/28 via 10.99.0.1')
  runIn(far, 'nft', ['add chain inet t through {type filter hook forward priority 0;}'])
  for (const [host, answer] of [
    ['10.98.0.1', 'host-unreachable'],
    ['10.98.0.2', 'admin-prohibited'],
    ['10.98.0.8', 'host-unreachable'],
  ] as const) {
    runIn(far, 'nft', [`add rule inet t through ip daddr ${host} reject with icmp ${answer}`])
  }
  allowDatagram(true)
})

afterAll(() => {
  if (!missing) pair.remove()
})

describe.each<IcmpMethod>(['datagram', 'raw', 'program'])('ICMP echo by %s', (method) => {
  const methods = [method]

  it('measures a round trip over IPv4 and IPv6', async (ctx) => {
    if (missing) ctx.skip(missing)
    const v4 = await run({methods, family: 4, to: ['10.99.0.2']})
    expect(v4.results).toEqual([
      {status: 'reply', rtt: expect.any(Number) as number, ttl: 64, bytes: 64, from: '10.99.0.2'},
    ])
    const v6 = await run({methods, family: 6, to: ['fd99::2'], size: 1000})
    expect(v6.results).toMatchObject([{status: 'reply', ttl: 64, bytes: 1008, from: 'fd99::2'}])
  })

  it('tells apart who says no, and why', async (ctx) => {
    if (missing) ctx.skip(missing)
    const to = ['10.98.0.1', '10.98.0.2', '10.96.0.1', '10.97.0.1', '10.97.0.2']
    const {results} = await run({methods, family: 4, to})
    expect(results).toMatchObject([
      {error: {code: 'EHOSTUNREACH', icmp: {type: 3, code: 1, from: '10.99.0.2'}}},
      {error: {code: 'EHOSTUNREACH', icmp: {type: 3, code: 13, from: '10.99.0.2'}}},
      {error: {code: 'ENETUNREACH', local: true}},
      {error: {code: 'EACCES', local: true}},
      {error: {code: 'EINVAL', local: true}},
    ])
    const v6 = await run({methods, family: 6, to: ['fd98::1']})
    expect(v6.results).toMatchObject([{error: {icmp: {type: 1, code: 1, from: 'fd99::2'}}}])
  })

  it('sees where a small TTL ends', async (ctx) => {
    if (missing) ctx.skip(missing)
    const {results} = await run({methods, family: 4, ttl: 1, to: ['10.98.0.9']})
    expect(results).toMatchObject([{error: {icmp: {type: 11, code: 0, from: '10.99.0.2'}}}])
  })

  it('reports a dropped request as a timeout, at the deadline', async (ctx) => {
    if (missing) ctx.skip(missing)
    const {results} = await run({methods, family: 4, size: 82, timeout: 200, to: ['10.99.0.2']})
    expect(results).toMatchObject([{status: 'timeout'}])
  })

  it('takes source and interface, and refuses what is not here', async (ctx) => {
    if (missing) ctx.skip(missing)
    const good = await run({methods, family: 4, source: '10.99.0.1', interface: 'nd0', to: ['10.99.0.2']})
    expect(good.results).toMatchObject([{status: 'reply'}])
    const refusals = [
      await run({methods, family: 4, source: '192.0.2.9', to: ['10.99.0.2']}),
      await run({methods, family: 4, interface: 'nope0', to: ['10.99.0.2']}),
    ].map((report) => JSON.stringify(report))
    expect(refusals[0]).toContain('EADDRNOTAVAIL')
    expect(refusals[1]).toContain('ENODEV')
  })
})

describe.each<IcmpMethod>(['datagram', 'raw'])('the shared %s socket', (method) => {
  it('gives every reply and every error to its own request', async (ctx) => {
    if (missing) ctx.skip(missing)
    const good = Array.from({length: 40}, (_, index) => (index % 2 === 0 ? '10.99.0.2' : '10.99.0.1'))
    const to = good.flatMap((address) => [address, '10.98.0.8', '10.96.0.1'])
    const {results} = await run({methods: [method], family: 4, to})
    const seen = results.map((result) =>
      result.status === 'reply' ? result.from : result.status === 'failed' && result.error.code,
    )
    expect(seen).toEqual(good.flatMap((address) => [address, 'EHOSTUNREACH', 'ENETUNREACH']))
  })
})

describe.each<IcmpMethod>(['datagram', 'raw'])('the %s socket', (method) => {
  it('is one for hosts that are pinged one after the other', async (ctx) => {
    if (missing) ctx.skip(missing)
    const report = await run({methods: [method], family: 4, to: ['10.99.0.2'], reopen: 20})
    expect(report).toMatchObject({sockets: 1, results: [{status: 'reply'}]})
  })
})

describe('the choice of a method', () => {
  it('prefers the datagram socket, then the raw one', async (ctx) => {
    if (missing) ctx.skip(missing)
    expect((await run({family: 4, to: ['10.99.0.2']})).method).toBe('icmp datagram socket')
    allowDatagram(false)
    expect((await run({family: 4, to: ['10.99.0.2']})).method).toBe('icmp raw socket')
    const refused = await run({methods: ['datagram'], family: 4, to: []})
    allowDatagram(true)
    expect(refused.opening).toBe('missing')
    expect(JSON.stringify(refused.detail)).toMatch(/EACCES.*ping_group_range/)
  })
})

describe.each<IcmpMethod>(['datagram', 'raw'])(
  'replies that are not simply right, on the %s socket',
  (method) => {
    let responder: ChildProcess | null = null
    const job = {methods: [method], family: 4, to: ['10.99.0.2'], timeout: 200, linger: 600} as const

    beforeAll(async () => {
      if (missing) return
      runIn(pair.far, 'sysctl', ['-q', '-w', 'net.ipv4.icmp_echo_ignore_all=1'])
      const script = fileURLToPath(new URL('icmp-responder.ts', import.meta.url))
      const args = ['netns', 'exec', pair.far, process.execPath, '--no-warnings', script]
      responder = spawn('ip', args, {stdio: ['ignore', 'pipe', 'inherit']})
      if (responder.stdout) await once(responder.stdout, 'data')
    })

    afterAll(async () => {
      if (!responder) return
      responder.kill('SIGKILL')
      await once(responder, 'exit')
      runIn(pair.far, 'sysctl', ['-q', '-w', 'net.ipv4.icmp_echo_ignore_all=0'])
    })

    it('takes a right one', async (ctx) => {
      if (missing) ctx.skip(missing)
      expect(await run({...job, size: 99})).toMatchObject({
        results: [{status: 'reply', bytes: 107}],
        extras: [],
      })
    })

    it('tells a duplicate apart', async (ctx) => {
      if (missing) ctx.skip(missing)
      const {results, extras} = await run({...job, size: 100})
      expect(results).toMatchObject([{status: 'reply'}])
      expect(extras).toMatchObject([{kind: 'duplicate', sequence: 0}])
    })

    it('credits a late one to nobody', async (ctx) => {
      if (missing) ctx.skip(missing)
      const to = ['10.99.0.2', '10.99.0.2']
      const {results, extras} = await run({...job, to, inTurn: true, size: 101})
      expect(results).toMatchObject([{status: 'timeout'}, {status: 'timeout'}])
      expect(extras).toMatchObject([
        {kind: 'late', sequence: 0},
        {kind: 'late', sequence: 1},
      ])
      for (const {rtt} of extras) expect(rtt).toBeGreaterThan(395)
    })

    it.each([
      ['content', 102],
      ['identifier', 103],
    ])('ignores another %s', async (_, size) => {
      expect(await run({...job, size})).toMatchObject({results: [{status: 'timeout'}], extras: []})
    })
  },
)
