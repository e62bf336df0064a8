/** Faults that hit some packets of a scope only: by connection, by number, by size, by option. */
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {DEVICE, FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
let rig: FaultRig

beforeAll(async () => {
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

const both = `${FAR4},${FAR6}`

function ping(address: string, ...more: readonly string[]): boolean {
  try {
    runIn(rig.pair.near, 'ping', ['-c', '1', '-W', '1', '-n', ...more, address])
    return true
  } catch {
    return false
  }
}

describe.each([FAR4, FAR6])('a partition of connections to %s', (far) => {
  it('that are new leaves those alone that are there', async () => {
    await rig.listen(7001)
    const held = rig.worker(rig.pair.near, 'hold', JSON.stringify({host: far, port: 7001, timeout: 1200}))
    await held.ready
    const fault = await rig.apply({
      kind: 'partition',
      mode: 'reject',
      connections: 'new',
      scope: {to: both, port: 7001},
    })
    expect(fault.asAsked).toBe(true)
    expect(await rig.connect(far, 7001)).toBe('ECONNREFUSED')
    expect(await held.output).toContain('silence')
    expect(await fault.counters()).toEqual({matched: 1, affected: 1})
  })

  it('from before lets new ones through', async () => {
    await rig.listen(7001)
    const held = rig.worker(rig.pair.near, 'hold', JSON.stringify({host: far, port: 7001, timeout: 2000}))
    await held.ready
    const before = rig.kernelState()
    const fault = await rig.apply({
      kind: 'partition',
      mode: 'reject',
      connections: 'established',
      scope: {to: both},
    })
    expect(fault.asAsked).toBe(true)
    expect(await held.output).toContain('ECONNRESET')
    const fresh = rig.worker(rig.pair.near, 'hold', JSON.stringify({host: far, port: 7001, timeout: 500}))
    expect(await fresh.output).toContain('silence')
    expect(await fault.remove()).toMatchObject({restored: true})
    expect(rig.kernelState()).toBe(before)
  })
})

describe('a connection limit', () => {
  it('lets so many through, refuses the next one, and ends', async () => {
    await rig.listen(7001)
    const fault = await rig.apply({
      kind: 'connection-limit',
      max: 1,
      mode: 'reject',
      scope: {to: both, port: 7001},
    })
    expect(fault.asAsked).toBe(true)
    const held = rig.worker(rig.pair.near, 'hold', JSON.stringify({host: FAR4, port: 7001, timeout: 5000}))
    await held.ready
    expect(await rig.connect(FAR4, 7001)).toBe('ECONNREFUSED')
    await fault.remove()
    expect(await rig.connect(FAR4, 7001)).toBe('connected')
  })
})

describe('an MTU black hole', () => {
  it('swallows big packets of both families without a word, and no small ones', async () => {
    const fault = await rig.apply({kind: 'mtu', size: 1300, scope: {to: both}})
    expect(fault.asAsked).toBe(true)
    expect([ping(FAR4), ping(FAR6)]).toEqual([true, true])
    expect([ping(FAR4, '-s', '1400', '-M', 'do'), ping(FAR6, '-s', '1400', '-M', 'do')]).toEqual([
      false,
      false,
    ])
    expect(ping(FAR4, '-s', '1400', '-M', 'dont')).toBe(true)
    expect((await fault.counters())?.affected).toBe(2)
  })

  it('swallows the answers that say too big, of its scope only', async () => {
    const {near, far} = rig.pair
    // Behind the far side lies a link of 1280 bytes: it answers, until the fault swallows that.
    for (const line of [
      'link add thin type veth peer name thin1',
      'link set thin mtu 1280 up',
      'link set thin1 up',
    ]) {
      runIn(far, 'ip', line.split(' '))
    }
    runIn(far, 'sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1'])
    for (const net of ['10.98.1.0/24', '10.98.2.0/24']) {
      runIn(far, 'ip', ['route', 'add', net, 'dev', 'thin'])
      runIn(near, 'ip', ['route', 'add', net, 'via', FAR4])
    }
    const learnt = (address: string): boolean => {
      ping(address, '-s', '1380', '-M', 'do')
      return runIn(near, 'ip', ['route', 'get', address]).includes('mtu 1280')
    }
    await rig.apply({kind: 'mtu', size: 1450, scope: {to: '10.98.1.0/24'}})
    expect([learnt('10.98.1.9'), learnt('10.98.2.9')]).toEqual([false, true])
  })
})

describe('the option of Multipath TCP', () => {
  const seen = (): number =>
    Number(
      /packets (\d+)/.exec(runIn(rig.pair.far, 'nft', ['list', 'counter', 'inet', 'watch', 'seen']))?.[1],
    )

  it.each([
    ['strip', 0, 'connected'],
    ['drop-join', 1, 'connected'],
    ['drop-syn', 0, 'silence'],
  ])('%s: %i SYNs with it arrive, and the connection ends as %s', async (mode, arrive, ends) => {
    await rig.listen(7001)
    runIn(rig.pair.far, 'nft', ['flush', 'ruleset'])
    runIn(rig.pair.far, 'nft', [
      'table inet watch { counter seen { }; chain in { type filter hook input priority -10; tcp flags syn tcp option mptcp exists counter name seen; }; }',
    ])
    const fault = await rig.apply({kind: 'mptcp', mode, scope: {to: both, port: 7001, device: DEVICE}})
    expect(fault.asAsked).toBe(true)
    const script =
      'import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_STREAM,262)\ns.settimeout(0.7)\ntry:\n s.connect(("10.99.0.2",7001))\n print("connected")\nexcept TimeoutError:\n print("silence")'
    expect(runIn(rig.pair.near, 'python3', ['-c', script]).trim()).toBe(ends)
    expect(seen()).toBe(arrive)
  })
})
