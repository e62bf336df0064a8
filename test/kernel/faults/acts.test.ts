/** Faults of sockets, flows, settings and ports: each has its own symptom, and is over when it is over. */
import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {ipIn, namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
let rig: FaultRig
const near = (file: string, ...args: readonly string[]): string => runIn(rig.pair.near, file, args)

beforeAll(() => {
  if (reason === null) rig = new FaultRig()
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterEach(async () => {
  if (reason === null) await rig.clear()
})
afterAll(async () => {
  if (reason === null) await rig.close()
})

/** Faults of processes leave nothing beside the ledger. */
const holders = (): readonly string[] => {
  const folder = join(rig.state, 'netdrill', 'holders')
  return existsSync(folder) ? readdirSync(folder) : []
}

const hold = (host: string, port: number): ReturnType<FaultRig['worker']> =>
  rig.worker(rig.pair.near, 'hold', JSON.stringify({host, port, timeout: 4000}))

describe('socket-kill', () => {
  it('ends the connections of the scope, which see ECONNABORTED, and no others', async (context) => {
    const {status, found} = await rig.ports.capabilities.check('socket-kill')
    if (status === 'missing') return context.skip(found)
    await rig.listen(7001, 7002)
    const [hit, other, six] = [hold(FAR4, 7001), hold(FAR4, 7002), hold(FAR6, 7001)]
    await Promise.all([hit.ready, other.ready, six.ready])
    const fault = await rig.apply({kind: 'socket-kill', scope: {to: FAR4, port: 7001}})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(await fault.counters()).toEqual({matched: 1, affected: 1})
    expect(await hit.output).toContain('ECONNABORTED')
    expect(
      near('ss', '-Htn')
        .split('\n')
        .filter((line) => line.includes('ESTAB')),
    ).toHaveLength(2)
    expect(await fault.remove()).toMatchObject({restored: true})
    // What is opened afterwards lives.
    expect(await rig.connect(FAR4, 7001)).toBe('connected')
  })
})

describe('ephemeral-ports', () => {
  it('leaves so many connections to one destination, and puts the range back', async () => {
    const before = near('sysctl', '-n', 'net.ipv4.ip_local_port_range')
    await rig.listen(7001, 7002)
    const fault = await rig.apply({kind: 'ephemeral-ports', count: 1})
    expect(fault.asAsked, fault.readback).toBe(true)
    const only = hold(FAR4, 7001)
    await only.ready
    expect([await rig.connect(FAR4, 7001), await rig.connect(FAR4, 7002)]).toEqual([
      'EADDRNOTAVAIL',
      'connected',
    ])
    const second = await rig.apply({kind: 'ephemeral-ports', count: 2}).catch((error: unknown) => error)
    expect(isUserError(second) && second.problems[0]?.code).toBe('FAULT_OVERLAP')
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(near('sysctl', '-n', 'net.ipv4.ip_local_port_range')).toBe(before)
  })
})

describe('port', () => {
  it('is taken from whoever wants to listen, and given back', async () => {
    const fault = await rig.apply({kind: 'port', scope: {port: 7009}})
    expect(fault.asAsked, fault.readback).toBe(true)
    const listeners = (): string => near('ss', '-Hltn', 'sport = :7009').trim()
    expect(listeners()).toContain(':7009')
    const again = await rig.apply({kind: 'port', scope: {port: 7009}}).catch((error: unknown) => error)
    expect(isUserError(again) && again.message).toContain('EADDRINUSE')
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(listeners()).toBe('')
    expect(holders()).toEqual([])
  })
})

describe('idle-connections', () => {
  it('fill the queue of a server that takes none, which then stays silent', async () => {
    const server = rig.worker(rig.pair.far, 'deaf', JSON.stringify({port: 7004, backlog: 2}))
    await server.ready
    const fault = await rig.apply({kind: 'idle-connections', count: 8, scope: {to: FAR4, port: 7004}})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(await rig.connect(FAR4, 7004)).toBe('silence')
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(holders()).toEqual([])
  })
})

describe('a NAT', () => {
  const inner = `nd-inner-${process.pid}`

  beforeAll(() => {
    if (reason !== null) return
    execFileSync('ip', ['netns', 'add', inner])
    for (const line of [
      `link add nat0 type veth peer name in0 netns ${inner}`,
      'addr add 10.88.0.1/24 dev nat0',
      'link set nat0 up',
    ]) {
      ipIn(rig.pair.near, line)
    }
    for (const line of [
      'link set lo up',
      'addr add 10.88.0.2/24 dev in0',
      'link set in0 up',
      'route add default via 10.88.0.1',
    ]) {
      ipIn(inner, line)
    }
    near('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1')
    near(
      'nft',
      'add table ip home; add chain ip home nat { type nat hook postrouting priority 100; }; add rule ip home nat oifname nd0 masquerade',
    )
  })
  afterAll(() => {
    if (reason !== null) return
    near('nft', 'delete table ip home')
    execFileSync('ip', ['netns', 'del', inner])
  })
  beforeEach(async (context) => {
    const {status, found} = await rig.ports.capabilities.check('conntrack')
    if (status === 'missing') context.skip(found)
  })

  /** A client behind the NAT that sends a datagram now and then, and tells as which port the server sees it. */
  async function mapped(port: number): Promise<{ports(): readonly string[]}> {
    await rig.worker(rig.pair.far, 'mirror', String(port)).ready
    const client = rig.worker(inner, 'ask', JSON.stringify({host: FAR4, port}))
    await client.ready
    return {ports: () => [...new Set(client.text().match(/\d{4,5}/g))]}
  }

  it('gives other source ports to what is under way, and its own rules come back', async () => {
    const rules = near('nft', '-s', 'list', 'ruleset')
    const {ports} = await mapped(7005)
    const [first = ''] = ports()
    const fault = await rig.apply({kind: 'nat-rebind', scope: {to: FAR4, protocol: 'udp', port: 7005}})
    expect(fault.asAsked, fault.readback).toBe(true)
    await expect.poll(() => ports().length, {timeout: 3000}).toBe(2)
    const [, second = ''] = ports()
    expect(second).not.toBe(first)
    expect(Number(second)).toBeGreaterThanOrEqual(20_000)
    expect(Number(second)).toBeLessThan(30_000)
    expect((await fault.counters())?.affected).toBe(1)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(near('nft', '-s', 'list', 'ruleset')).toBe(rules)
  })

  it('forgets what it knew, so that it has to learn it again', async () => {
    const {ports} = await mapped(7006)
    const fault = await rig.apply({kind: 'conntrack', scope: {to: FAR4, protocol: 'udp', port: 7006}})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(await fault.counters()).toEqual({matched: 1, affected: 1})
    const flows = (): number =>
      near('conntrack', '-L', '-p', 'udp', '--dport', '7006').match(/dport=7006/g)?.length ?? 0
    await expect.poll(flows, {timeout: 3000}).toBe(1)
    // The same rules give the same port, unless an answer that was on its way has taken it for a flow of its own.
    expect([1, 2]).toContain(ports().length)
  })
})
