import {describe, expect, it} from 'vitest'
import type {EchoRequest, Exec, ExecRequest, ExecResult} from '../../../src/core/ports.ts'
import {pingProgram} from '../../../src/system/icmp-program.ts'
import {parsePingProgram} from '../../../src/system/icmp-program-output.ts'

const STATISTICS =
  '\n--- statistics ---\n1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n'
const report = (words: string): string =>
  `PING 10.98.0.1 (10.98.0.1) 56(84) bytes of data.\n${words}\n${STATISTICS}`

describe('the output of ping', () => {
  it.each([
    [
      '64 bytes from 10.99.0.2: icmp_seq=1 ttl=64 time=0.065 ms',
      {rtt: 0.065, ttl: 64, bytes: 64, from: '10.99.0.2'},
    ],
    ['64 bytes from fd99::2: icmp_seq=1 ttl=63 time=12.4 ms', {rtt: 12.4, ttl: 63, from: 'fd99::2'}],
    ['64 bytes from fe80::1%eth0: icmp_seq=1 ttl=64 time=0.2 ms', {from: 'fe80::1%eth0'}],
    ['64 bytes from 10.0.0.2: seq=0 ttl=64 time=0.084 ms', {rtt: 0.084, ttl: 64}],
    ['9 bytes from 10.0.0.2: icmp_seq=1 time=1003 ms', {rtt: 1003, ttl: null, bytes: 9}],
  ])('reads %s', (line, expected) => {
    expect(parsePingProgram(report(line), '')).toMatchObject({status: 'reply', duplicates: [], ...expected})
  })

  it('keeps the round trips of duplicates', () => {
    const first = '64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.5 ms'
    const second = '64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.9 ms (DUP!)'
    expect(parsePingProgram(report(`${first}\n${second}`), '')).toMatchObject({rtt: 0.5, duplicates: [0.9]})
  })

  it.each([
    ['From 10.99.0.2 icmp_seq=1 Destination Host Unreachable', 'EHOSTUNREACH', 3, 1],
    ['From 10.99.0.2 icmp_seq=1 Destination Net Unreachable', 'ENETUNREACH', 3, 0],
    ['From 10.99.0.2 icmp_seq=1 Packet filtered', 'EHOSTUNREACH', 3, 13],
    ['From 10.99.0.2 icmp_seq=1 Destination Host Prohibited', 'EHOSTUNREACH', 3, 10],
    ['From 10.99.0.2 icmp_seq=1 Time to live exceeded', 'EHOSTUNREACH', 11, 0],
    ['From fd99::2 icmp_seq=1 Destination unreachable: Administratively prohibited', 'EHOSTUNREACH', 1, 1],
    ['From fd99::2 icmp_seq=1 Destination unreachable: No route', 'ENETUNREACH', 1, 0],
    ['From fd99::1 icmp_seq=1 Destination unreachable: Address unreachable', 'EHOSTUNREACH', 1, 3],
    ['From fd99::2 icmp_seq=1 Time exceeded: Hop limit', 'EHOSTUNREACH', 3, 0],
  ])('reads %s', (line, code, type, icmpCode) => {
    const result = parsePingProgram(report(line), '')
    expect(result).toMatchObject({status: 'failed', error: {code, icmp: {type, code: icmpCode}}})
  })

  it('reads the MTU of the path', () => {
    const line = 'From 10.99.0.2 icmp_seq=1 Frag needed and DF set (mtu = 1400)'
    expect(parsePingProgram(report(line), '')).toMatchObject({error: {code: 'EMSGSIZE'}, mtu: 1400})
    const local = parsePingProgram('', 'ping: local error: message too long, mtu=1500\n')
    expect(local).toMatchObject({error: {code: 'EMSGSIZE', local: true}, mtu: 1500})
  })

  it.each([
    ['ping: connect: Network is unreachable', 'ENETUNREACH'],
    ['ping: connect: No route to host', 'EHOSTUNREACH'],
    ['ping: connect: Invalid argument', 'EINVAL'],
    ['ping: sendmsg: Operation not permitted', 'EPERM'],
    ['ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules', 'EACCES'],
    ['ping: bind: Cannot assign requested address', 'EADDRNOTAVAIL'],
    ['ping: SO_BINDTODEVICE nope: No such device', 'ENODEV'],
    ['ping: something never seen before', 'UNKNOWN'],
  ])('reads %s', (line, code) => {
    expect(parsePingProgram('', `${line}\n`)).toMatchObject({status: 'failed', error: {code, local: true}})
  })

  it('takes silence for a timeout, and a redirect for no failure', () => {
    expect(parsePingProgram(report(''), '')).toEqual({status: 'timeout'})
    const redirect = 'From 10.99.0.2: icmp_seq=1 Redirect Host(New nexthop: 10.99.0.1)'
    expect(parsePingProgram(report(redirect), '')).toEqual({status: 'timeout'})
  })

  it('tells a program without the right to open a socket', () => {
    const stderr =
      'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\nping: => missing cap_net_raw+p capability or setuid?\n'
    expect(parsePingProgram('', stderr)).toMatchObject({status: 'forbidden'})
  })
})

function scriptedExec(results: readonly Partial<ExecResult>[]): {exec: Exec; requests: ExecRequest[]} {
  const requests: ExecRequest[] = []
  const left = [...results]
  const base = {exitCode: 0, stdout: '', stderr: '', took: 3, timedOut: false, notFound: false}
  const exec = {
    run: async (request: ExecRequest): Promise<ExecResult> => {
      requests.push(request)
      return Promise.resolve({...base, ...left.shift()})
    },
  }
  return {exec, requests}
}

const echo = (extra: Partial<EchoRequest> = {}): EchoRequest => ({
  address: '10.99.0.2',
  sequence: 0,
  size: 56,
  timeout: 250,
  signal: new AbortController().signal,
  ...extra,
})

describe('the ping program', () => {
  it.each([
    ['it is not there', {exitCode: null, notFound: true}, 'there is no ping program'],
    ['it may not be started', {exitCode: null}, 'the ping program can not be started by this user'],
    ['it may not open a socket', {exitCode: 2, stderr: 'ping: socket: Operation not permitted'}, /socket/],
  ])('is missing when %s', async (_, result, because) => {
    const opening = await pingProgram(scriptedExec([result]).exec)({family: 4})
    expect(opening).toMatchObject({status: 'missing', because: expect.stringMatching(because) as unknown})
  })

  it('is asked with arguments, the address last and behind --', async () => {
    const {exec, requests} = scriptedExec([{}, {exitCode: 1}])
    const opening = await pingProgram(exec)({family: 4, ttl: 9, interface: 'eth0', source: '10.99.0.1'})
    if (opening.status !== 'open') throw new Error('not open')
    const result = await opening.socket.echo(echo({size: 100}))
    expect(result.status).toBe('timeout')
    const line = '-4 -n -c 1 -W 1 -s 100 -t 9 -I eth0 -I 10.99.0.1 -- 10.99.0.2'
    expect(requests[1]).toMatchObject({file: 'ping', args: line.split(' '), timeout: 350})
  })

  it('is tried once for all hosts of a family', async () => {
    const {exec, requests} = scriptedExec([{}, {}])
    const open = pingProgram(exec)
    await Promise.all([open({family: 4}), open({family: 4}), open({family: 6})])
    await open({family: 4, ttl: 3})
    expect(requests.map(({args}) => args.at(-1))).toEqual(['127.0.0.1', '::1'])
  })

  it('is looked for again when it was not there', async () => {
    const open = pingProgram(scriptedExec([{exitCode: null, notFound: true}, {}]).exec)
    expect((await open({family: 4})).status).toBe('missing')
    expect((await open({family: 4})).status).toBe('open')
  })

  it('marks packets and forbids fragments', async () => {
    const {exec, requests} = scriptedExec([{}, {exitCode: 1}])
    const opening = await pingProgram(exec)({family: 6, dscp: 46, dontFragment: true})
    if (opening.status !== 'open') throw new Error('not open')
    await opening.socket.echo(echo())
    expect(requests[1]?.args.join(' ')).toContain('-Q 184 -M do -- 10.99.0.2')
  })

  it('keeps a deadline below one second itself', async () => {
    const late = '64 bytes from 10.99.0.2: icmp_seq=1 ttl=64 time=300 ms'
    const opening = await pingProgram(scriptedExec([{}, {stdout: late}]).exec)({family: 4})
    if (opening.status !== 'open') throw new Error('not open')
    expect(await opening.socket.echo(echo())).toEqual({status: 'timeout', took: 250})
  })

  it('ends as aborted when its socket is closed', async () => {
    const opening = await pingProgram(scriptedExec([{}]).exec)({family: 4})
    if (opening.status !== 'open') throw new Error('not open')
    opening.socket.close()
    expect((await opening.socket.echo(echo())).status).toBe('aborted')
  })
})
