import {describe, expect, it} from 'vitest'
import type {EchoOpening, EchoResult, NetError} from '../../../../src/core/ports.ts'
import {pingOptions} from '../../../../src/probes/ping/options.ts'
import type {ExtraReply} from '../../../../src/probes/probe.ts'
import {REPLY, makeWorld, measure, openPing, v4} from './ping-world.ts'

describe('ping', () => {
  it('reads a reply', async () => {
    const {world, ports} = makeWorld()
    const prober = await openPing('ping://10.0.0.2', ports, {size: '100B', ttl: 9})
    const outcome = await measure(prober, 7)
    expect(world.openings).toEqual([{family: 4, ttl: 9}])
    expect(world.requests[0]).toMatchObject({address: '10.0.0.2', sequence: 7, size: 100, timeout: 1000})
    expect(prober.method).toBe('icmp datagram socket')
    expect(outcome).toMatchObject({
      status: 'ok',
      reading: {
        address: '10.0.0.2',
        family: 4,
        rtt: 1.5,
        phase: {wait: 1.5, total: 1.5},
        addresses: [{address: '10.0.0.2', status: 'ok', took: 1.5}],
        ping: {ttl: 61, bytes: 64, sequence: 7, duplicate: false, clock: 'kernel'},
        method: 'icmp datagram socket',
      },
    })
  })

  const icmp = (code: string, type: number, icmpCode: number): EchoResult => ({
    status: 'failed',
    took: 3,
    error: {code, message: 'icmp', icmp: {type, code: icmpCode, from: '10.0.0.1'}},
  })
  const local = (code: string, syscall = 'sendto'): EchoResult => ({
    status: 'failed',
    took: 0,
    error: {code, syscall, message: code, local: true},
  })

  it.each<[string, EchoResult]>([
    ['PING_TIMEOUT', {status: 'timeout', took: 1000}],
    ['CANCELLED', {status: 'aborted', took: 5}],
    ['NET_UNREACHABLE', icmp('EHOSTUNREACH', 3, 1)],
    ['NET_UNREACHABLE', icmp('ECONNREFUSED', 3, 3)],
    ['NET_ADMIN_PROHIBITED', icmp('EHOSTUNREACH', 3, 13)],
    ['PING_TTL_EXCEEDED', icmp('EHOSTUNREACH', 11, 0)],
    ['NET_PMTU', icmp('EMSGSIZE', 3, 4)],
    ['NET_NO_ROUTE', local('ENETUNREACH')],
    ['NET_NO_ROUTE', local('EHOSTUNREACH')],
    ['NET_LOCAL_POLICY', local('EACCES')],
    ['NET_LOCAL_POLICY', local('EPERM')],
    ['NET_LOCAL_POLICY', local('EINVAL')],
    ['NET_DOWN', local('ENETDOWN')],
    ['LOCAL_MEMORY', local('ENOBUFS')],
    ['UNKNOWN', local('EWHATEVER')],
  ])('calls it %s', async (code, result) => {
    const {ports} = makeWorld({results: [result]})
    const outcome = await measure(await openPing('ping://10.0.0.2', ports))
    expect(outcome).toMatchObject({status: 'failed', failure: {code}, partial: {address: '10.0.0.2'}})
  })

  it('opens its socket with the marks that were asked for', async () => {
    const {world, ports} = makeWorld()
    await measure(await openPing('ping://10.0.0.2', ports, {dscp: 'AF41', df: true}))
    expect(world.openings).toEqual([{family: 4, dscp: 34, dontFragment: true}])
  })

  it('gives the router that let a request die, and what it said', async () => {
    const {ports} = makeWorld({results: [icmp('EHOSTUNREACH', 11, 0)]})
    const outcome = await measure(await openPing('ping://10.0.0.2', ports), 3)
    const facts = {ttl: null, bytes: 0, sequence: 3, from: '10.0.0.1', icmp: {type: 11, code: 0}}
    expect(outcome).toMatchObject({failure: {code: 'PING_TTL_EXCEEDED'}, partial: {ping: facts}})
  })

  it('says when one reply was not stamped by the kernel', async () => {
    const {ports} = makeWorld({results: [{...REPLY, clock: 'user'} as EchoResult]})
    const outcome = await measure(await openPing('ping://10.0.0.2', ports))
    expect(outcome).toMatchObject({reading: {ping: {clock: 'user'}}})
  })

  it('names the size that the path takes', async () => {
    const result = {...icmp('EMSGSIZE', 3, 4), mtu: 1400} as EchoResult
    const {ports} = makeWorld({results: [result]})
    const outcome = await measure(await openPing('ping://10.0.0.2', ports))
    expect(outcome.status === 'failed' && outcome.failure.message).toMatch(/takes 1400 octets$/)
  })

  it.each<[string, NetError]>([
    ['LOCAL_ADDRESS', {code: 'EADDRNOTAVAIL', syscall: 'bind', message: 'bind'}],
    ['LOCAL_INTERFACE', {code: 'ENODEV', syscall: 'setsockopt', message: 'setsockopt'}],
  ])('calls a socket that can not be set up %s', async (code, error) => {
    const {ports} = makeWorld({opening: {status: 'failed', error}})
    expect(await measure(await openPing('ping://10.0.0.2', ports))).toMatchObject({failure: {code}})
  })

  it('skips with the remedy where no way to ping exists', async () => {
    const opening: EchoOpening = {
      status: 'missing',
      tried: ['no socket', 'no program'],
      remedies: ['do this'],
    }
    const {ports} = makeWorld({opening})
    expect(await measure(await openPing('ping://10.0.0.2', ports))).toEqual({
      status: 'skipped',
      because: {
        code: 'CAPABILITY_MISSING',
        text: 'no way to send a ping: no socket; no program',
        advice: ['do this'],
      },
    })
  })

  it('resolves once, and again after a failure', async () => {
    const {world, ports} = makeWorld({
      lookups: [[v4('10.0.0.2')], [v4('10.0.0.3')]],
      results: [REPLY, {status: 'timeout', took: 1000}, REPLY],
    })
    const prober = await openPing('ping://host.test', ports)
    for (const seq of [1, 2, 3]) await measure(prober, seq)
    expect(world.requests.map(({address}) => address)).toEqual(['10.0.0.2', '10.0.0.2', '10.0.0.3'])
    expect(world.openings).toHaveLength(1)
  })

  it('explains a name that does not exist', async () => {
    const {world, ports} = makeWorld()
    const outcome = await measure(await openPing('ping://host.test', ports))
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_NXDOMAIN', stage: 'resolve'}})
    expect(world.openings).toEqual([])
  })

  it('goes on to the next address only when this machine could not send', async () => {
    const addresses = [{address: '2001:db8::1', family: 6 as const}, v4('10.0.0.2'), v4('10.0.0.3')]
    const {world, ports} = makeWorld({
      lookups: [addresses],
      results: [local('ENETUNREACH'), {status: 'timeout', took: 1000}],
    })
    const outcome = await measure(await openPing('ping://host.test', ports))
    expect(world.requests.map(({address}) => address)).toEqual(['2001:db8::1', '10.0.0.2'])
    expect(outcome).toMatchObject({
      failure: {code: 'PING_TIMEOUT'},
      partial: {addresses: [{status: 'failed'}, {status: 'failed'}, {status: 'not-tried'}]},
    })
  })

  it('passes on late and duplicate replies, and closes its sockets', async () => {
    const {world, ports} = makeWorld()
    const prober = await openPing('ping://10.0.0.2', ports)
    const extras: ExtraReply[] = []
    prober.onExtra?.((extra) => extras.push(extra))
    await measure(prober)
    world.extra({kind: 'duplicate', sequence: 1, rtt: 2})
    expect(extras).toEqual([{kind: 'duplicate', seq: 1, rtt: 2}])
    await prober.close()
    expect(world.closed).toBe(1)
  })

  it.each(['ping://10.0.0.2:80', 'ping://10.0.0.2/path', 'ping://10.0.0.2?ttl=3'])(
    'refuses %s',
    async (url) => {
      const {ports} = makeWorld()
      await expect(openPing(url, ports)).rejects.toMatchObject({problems: [{code: 'USAGE_INVALID'}]})
    },
  )

  it.each([{size: '7B'}, {size: '70kB'}, {size: 56}, {ttl: 0}, {ttl: 256}, {tll: 3}])(
    'refuses the options %j',
    (options) => {
      expect(pingOptions.safeParse(options).success).toBe(false)
    },
  )
})
