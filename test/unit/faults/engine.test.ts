import {describe, expect, it} from 'vitest'
import type {ProxyControl} from '../../../src/core/agent.ts'
import type {ProxyEffect} from '../../../src/core/proxy-effects.ts'
import {isUserError} from '../../../src/core/errors.ts'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import type {ActiveFault, FaultBinding, FaultEngine, FaultRequest} from '../../../src/faults/fault.ts'
import {writeHalt} from '../../../src/faults/halt.ts'
import type {LedgerEntry} from '../../../src/faults/ledger.ts'
import {type FaultWorld, makeFaultWorld, makeRequest} from '../../support/fault-world.ts'

const scope = {to: '10.0.0.2', port: 443}
const RATE = {kind: 'rate', rate: '10mbit', scope}
const PARTITION = {kind: 'partition', scope}

async function put(engine: FaultEngine, request: FaultRequest): Promise<ActiveFault> {
  return engine.apply(await engine.plan(request), request.binding)
}

async function exitOf(
  work: Promise<unknown>,
): Promise<{code: string | undefined; exit: number; message: string}> {
  try {
    await work
  } catch (error) {
    if (!isUserError(error)) throw error
    return {code: error.problems[0]?.code, exit: error.exit, message: error.message}
  }
  throw new Error('nothing was thrown')
}

const ledgerOf = (world: FaultWorld): readonly LedgerEntry[] =>
  [...world.files].flatMap(([path, text]) =>
    path.startsWith('/state/ledger/') ? [JSON.parse(text) as LedgerEntry] : [],
  )

describe('a shaping fault', () => {
  it('builds its own root, leaf and table, reads them back, and leaves nothing', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const fault = await put(engine, await makeRequest('slow', RATE))
    expect(fault.asAsked).toBe(true)
    expect(world.kernel.devices.get('eth0')?.qdiscs.map(({kind, handle}) => `${kind} ${handle}`)).toEqual([
      'prio 6e64:',
      'tbf 6e68:',
    ])
    expect(world.kernel.tables.size).toBe(1)
    const removal = await fault.remove()
    expect(removal).toMatchObject({restored: true, differences: []})
    expect(world.kernel.devices.get('eth0')?.qdiscs).toEqual([])
    expect(world.kernel.tables.size).toBe(0)
  })

  it('writes the undo down, and wakes the guard, before the kernel is touched', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const request = await makeRequest('slow', RATE)
    const plan = await engine.plan(request)
    expect(ledgerOf(world)).toEqual([])
    world.kernel.failAt = 0
    await exitOf(engine.apply(plan, request.binding))
    expect(world.guardWords).toContain('look')
    expect(ledgerOf(world)).toMatchObject([
      {state: 'done', run: 'r1', guard: {pid: 200}, home: {boot: 'boot-1'}},
    ])
  })

  it('says not as asked when tc only pretends', async () => {
    const world = makeFaultWorld()
    world.kernel.tcIsFake = true
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const fault = await put(engine, await makeRequest('slow', RATE))
    expect(fault.asAsked).toBe(false)
    expect(fault.readback).toContain('no such qdisc')
    expect(await fault.remove()).toMatchObject({restored: true})
  })

  it('is removed once, however often that is asked', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const fault = await put(engine, await makeRequest('slow', RATE))
    const [first, second] = await Promise.all([fault.remove(), fault.remove()])
    expect(second).toBe(first)
    await engine.close()
    expect(world.kernel.log.filter((line) => line.startsWith('nft delete'))).toHaveLength(1)
  })

  it('notices what the undo left', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const fault = await put(engine, await makeRequest('slow', RATE))
    // The undo's second tc command is the one that removes the root.
    world.kernel.failAt = world.kernel.commands + 1
    const {restored, differences} = await fault.remove()
    expect(restored).toBe(false)
    expect(differences).toEqual(['our root 6e64: of eth0 is still there'])
    expect(ledgerOf(world)).toMatchObject([{state: 'stuck'}])
  })
})

describe('several faults on one device', () => {
  const other = {kind: 'rate', rate: '1mbit', scope: {to: '10.0.0.3'}}

  it('hang in one tree, and the first to go leaves the other alone', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const first = await put(engine, await makeRequest('a', RATE))
    const second = await put(engine, await makeRequest('b', other))
    const handles = (): readonly string[] =>
      (world.kernel.devices.get('eth0')?.qdiscs ?? []).map(({handle}) => handle)
    expect(handles()).toEqual(['6e64:', '6e68:', '6e69:'])
    expect(await first.remove()).toMatchObject({restored: true})
    expect(handles()).toEqual(['6e64:', '6e69:'])
    expect(await second.remove()).toMatchObject({restored: true, differences: []})
    expect(handles()).toEqual([])
  })

  it('are planned together and applied one by one', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const requests = [await makeRequest('a', RATE), await makeRequest('b', other)]
    const plans = await Promise.all(requests.map(async (request) => engine.plan(request)))
    const faults = await Promise.all(
      plans.map(async (plan) => engine.apply(plan, requests[0]?.binding ?? never())),
    )
    expect(faults.map(({asAsked}) => asAsked)).toEqual([true, true])
  })

  it('are refused when both would shape the same packets in a way that can not be joined', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const bursts = {gemodel: {p: '1%', r: '10%'}}
    await put(engine, await makeRequest('a', {kind: 'netem', loss: bursts, scope}))
    const request = await makeRequest('b', {kind: 'netem', loss: '1%', scope: {to: '10.0.0.0/28'}})
    const refusal = await exitOf(engine.plan(request))
    expect(refusal).toMatchObject({code: 'FAULT_OVERLAP', exit: 7})
    expect(refusal.message).toContain('not gemodel')
  })

  it('of different runs share the tree', async () => {
    const world = makeFaultWorld()
    const [one, two] = ['r1', 'r2'].map((run) => openFaultEngine(world.ports, {run}))
    const first = await put(one ?? never(), await makeRequest('same-id', RATE))
    const second = await put(two ?? never(), await makeRequest('same-id', other))
    expect(world.kernel.tables.size).toBe(2)
    expect(await first.remove()).toMatchObject({restored: true})
    expect(await second.remove()).toMatchObject({restored: true})
    expect(world.kernel.devices.get('eth0')?.qdiscs).toEqual([])
  })
})

describe('refused with exit 7', () => {
  it('is a device with a foreign root, which stays as it is', async () => {
    const world = makeFaultWorld()
    const foreign = {kind: 'htb', handle: '1:', parent: null, options: 'default 10'}
    world.kernel.devices.get('eth0')?.qdiscs.push(foreign)
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    expect(await exitOf(engine.plan(await makeRequest('slow', RATE)))).toMatchObject({
      code: 'FAULT_FOREIGN_QDISC',
      exit: 7,
    })
    const partition = await put(engine, await makeRequest('split', PARTITION))
    expect(await partition.remove()).toMatchObject({restored: true})
    expect(world.kernel.devices.get('eth0')?.qdiscs).toEqual([foreign])
  })

  it('is everything while halted', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const request = await makeRequest('split', PARTITION)
    const plan = await engine.plan(request)
    await writeHalt(world.ports, {reason: 'outage', since: 'now', uid: 0})
    const refusal = await exitOf(engine.apply(plan, request.binding))
    expect(refusal).toMatchObject({code: 'FAULT_HALTED', exit: 7})
    expect(refusal.message).toContain('outage')
    expect(world.kernel.commands).toBe(0)
  })

  it.each([
    {what: 'a scope without destination', words: {}, env: {}, code: 'FAULT_BROAD_SCOPE', seen: 'everything'},
    {
      what: 'the operator',
      words: {scope: {to: '10.0.0.0/24'}},
      env: {SSH_CONNECTION: '10.0.0.9 5 10.0.0.1 22'},
      code: 'FAULT_LOCKOUT',
      seen: '10.0.0.9',
    },
    {
      what: 'the name server',
      words: {scope: {to: '10.0.0.53'}},
      env: {},
      code: 'FAULT_LOCKOUT',
      seen: '10.0.0.53',
    },
  ])('is $what', async ({words, env, code, seen}) => {
    const world = makeFaultWorld({env})
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const refusal = await exitOf(engine.plan(await makeRequest('split', {kind: 'partition', ...words})))
    expect(refusal).toMatchObject({code, exit: 7})
    expect(refusal.message).toContain(seen)
  })

  it.each([
    [{kind: 'partition', scope: {to: '10.0.0.53', port: 443}}],
    [{kind: 'partition', scope: {to: '10.0.0.53', protocol: 'icmp'}}],
    [{kind: 'partition', scope: {to: '10.0.0.9', protocol: 'udp'}}],
    [{kind: 'partition', scope: {to: '10.0.0.9', device: 'lo'}}],
  ])('is not what spares them: %j', async (words) => {
    const world = makeFaultWorld({env: {SSH_CONNECTION: '10.0.0.9 5555 10.0.0.1 22'}})
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    await expect(engine.plan(await makeRequest('split', words))).resolves.toBeDefined()
  })

  it('is not a lab node', async () => {
    const world = makeFaultWorld({env: {SSH_CONNECTION: '10.0.0.9 5555 10.0.0.1 22'}})
    const engine = openFaultEngine(world.ports, {run: 'r1', dryRun: true})
    const place = {kind: 'process', pid: 100, user: true, name: 'client'} as const
    const request = await makeRequest(
      'split',
      {kind: 'partition'},
      {binding: {place, device: null, proxy: null}},
    )
    await expect(engine.plan(request)).resolves.toMatchObject({endsByKernel: true})
  })
})

describe('a duration', () => {
  it.each([0, -1, Number.NaN, 3_600_001])('of %s is refused with exit 2', async (lasts) => {
    const engine = openFaultEngine(makeFaultWorld().ports, {run: 'r1'})
    const request = await makeRequest('split', PARTITION, {lasts})
    expect(await exitOf(engine.plan(request))).toMatchObject({code: 'FAULT_DURATION', exit: 2})
  })
})

describe('a step that fails', () => {
  it.each([0, 1, 2])('(number %i) undoes those before it and ends with FAULT_APPLY', async (failAt) => {
    const world = makeFaultWorld({missing: []})
    world.kernel.failAt = failAt
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const failure = await exitOf(put(engine, await makeRequest('slow', RATE)))
    expect(failure).toMatchObject({code: 'FAULT_APPLY', exit: 1})
    expect(world.kernel.devices.get('eth0')?.qdiscs).toEqual([])
    expect(world.kernel.tables.size).toBe(0)
  })
})

describe('anything unforeseen after the first step', () => {
  it('is undone before it is thrown on', async () => {
    const world = makeFaultWorld()
    const write = world.ports.files.writePrivate
    const files = {
      ...world.ports.files,
      writePrivate: async (path: string, text: string) => {
        if (text.includes('"state": "applied"')) throw new Error('disk full')
        await write(path, text)
      },
    }
    const engine = openFaultEngine({...world.ports, files}, {run: 'r1'})
    await expect(put(engine, await makeRequest('slow', RATE))).rejects.toThrow('disk full')
    expect(world.kernel.devices.get('eth0')?.qdiscs).toEqual([])
    expect(world.kernel.tables.size).toBe(0)
  })

  it('that can not be undone keeps the guard', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    await put(engine, await makeRequest('slow', RATE))
    world.kernel.failAt = world.kernel.commands + 1
    await engine.close()
    expect(world.guardWords).not.toContain('release')
  })
})

describe('detach', () => {
  it('hands the faults to the guard and keeps them at close', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    await put(engine, await makeRequest('split', PARTITION))
    await engine.detach?.()
    await engine.close()
    expect(world.guardWords.at(-1)).toBe('detach')
    expect(world.kernel.tables.size).toBe(1)
    expect(ledgerOf(world)).toMatchObject([{detached: true, owner: {pid: 200}, state: 'applied'}])
  })
})

const SLOW = ['latency upstream', 'latency downstream']
const THIN = ['bandwidth upstream', 'bandwidth downstream']

function wordsOf(effect: ProxyEffect): string {
  return effect.type === 'toxic' ? `${effect.kind} ${effect.stream}` : effect.type
}

describe('a proxy fault', () => {
  it('joins with others on the same proxy, and leaves them when it ends', async () => {
    const seen: (readonly string[])[] = []
    const control = (): ProxyControl => ({
      name: 'p',
      impair: async (orders) => void seen.push(orders.flatMap(({effects}) => effects.map(wordsOf))),
      counters: async () => ({connections: 0, bytes: 0, faults: {}}),
    })
    const world = makeFaultWorld({missing: ['net-admin']})
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    // A lab gives every fault a control of its own.
    const bind = (): FaultBinding => ({place: {kind: 'host'}, device: null, proxy: control()})
    const slow = await put(
      engine,
      await makeRequest('a', {kind: 'proxy', latency: '50ms'}, {binding: bind()}),
    )
    const thin = await put(engine, await makeRequest('b', {...RATE, scope: undefined}, {binding: bind()}))
    await slow.remove()
    await thin.remove()
    expect(seen).toEqual([SLOW, [...SLOW, ...THIN], THIN, []])
    expect(slow.asAsked).toBeNull()
    expect(world.kernel.commands).toBe(0)
  })
})

function never(): never {
  throw new Error('missing')
}
