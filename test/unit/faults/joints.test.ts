/** Faults that shape some of the same packets, on a simulated kernel. */
import {describe, expect, it} from 'vitest'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import type {ActiveFault, FaultEngine} from '../../../src/faults/fault.ts'
import type {LedgerEntry} from '../../../src/faults/ledger.ts'
import {FaultOperations} from '../../../src/faults/operations.ts'
import {type FaultWorld, makeFaultWorld, makeRequest} from '../../support/fault-world.ts'

const DELAY = {kind: 'netem', delay: '10ms', scope: {to: '10.0.0.0/28'}}
const LOSS = {kind: 'netem', loss: '10%', scope: {to: '10.0.0.2', port: 443}}
const RATE = {kind: 'rate', rate: '1mbit', scope: {to: '10.0.0.2,10.1.0.1'}}

interface Start {
  readonly world: FaultWorld
  readonly engine: FaultEngine
  readonly put: (
    id: string,
    words: typeof DELAY | typeof LOSS | typeof RATE,
    lasts?: number,
  ) => Promise<ActiveFault>
}

function start(run = 'r1', world = makeFaultWorld()): Start {
  const engine = openFaultEngine(world.ports, {run})
  return {
    world,
    engine,
    put: async (id, words, lasts = 10_000) => {
      const request = await makeRequest(id, words, {lasts})
      return engine.apply(await engine.plan(request), request.binding)
    },
  }
}

function leaves({kernel}: FaultWorld): readonly string[] {
  const found = kernel.devices.get('eth0')?.qdiscs.filter(({parent}) => parent !== null) ?? []
  return found.flatMap(({kind, options}) =>
    kind === 'pfifo' ? [] : [`${kind} ${options.replace(/^limit \d+ /, '')}`],
  )
}

function ledger(world: FaultWorld): readonly LedgerEntry[] {
  return [...world.files].flatMap(([path, text]) =>
    path.startsWith('/state/ledger/') ? [JSON.parse(text) as LedgerEntry] : [],
  )
}

describe('two faults with packets in common', () => {
  it('get a leaf for those with both effects, which goes with the first that ends', async () => {
    const {world, put} = start()
    const delay = await put('delay', DELAY)
    const loss = await put('loss', LOSS)
    expect(leaves(world)).toEqual([
      'netem delay 10ms',
      'netem loss random 10%',
      'netem delay 10ms loss random 10%',
    ])
    expect(await delay.remove()).toMatchObject({restored: true, differences: []})
    expect(leaves(world)).toEqual(['netem loss random 10%'])
    expect(world.kernel.tables.size).toBe(1)
    expect(await loss.remove()).toMatchObject({restored: true, differences: []})
    expect(leaves(world)).toEqual([])
    expect(world.kernel.tables.size).toBe(0)
  })

  it('are told in the plan, with the rules and the figures', async () => {
    const {engine, put} = start()
    await put('delay', DELAY)
    const {notes = []} = await engine.plan(await makeRequest('loss', LOSS))
    expect(notes.find((note) => note.startsWith('merging'))).toContain('delays add')
    expect(notes.find((note) => note.startsWith('merged with delay'))).toMatch(
      /10\.0\.0\.2 port 443 gets netem .* delay 10ms loss random 10%, until one of them ends/,
    )
  })

  it('lead there after either alone, and only until the first of them is over', async () => {
    const {world, put} = start()
    await put('delay', DELAY, 30_000)
    await world.clock.advance(5000)
    await put('loss', LOSS, 60_000)
    const [, joint = '', own = ''] = [...world.kernel.tables.values()]
    expect(joint).toContain('hook postrouting priority 1')
    expect(joint).toContain('10.0.0.2 timeout 25000ms')
    expect(joint).toContain('th dport 443')
    expect(own).toContain('hook postrouting priority 0')
    expect(own).toContain('10.0.0.2 timeout 60000ms')
  })

  it('of different runs are joined as well, and their ledger entries know it', async () => {
    const one = start('r1')
    const two = start('r2', one.world)
    const delay = await one.put('same', DELAY)
    const loss = await two.put('same', LOSS)
    expect(ledger(one.world).map(({joints}) => joints?.length)).toEqual([1, 1])
    await loss.remove()
    const [left] = ledger(one.world).filter(({state}) => state === 'applied')
    expect(left?.joints).toEqual([])
    expect(left?.undo.some(({joint}) => joint !== undefined)).toBe(false)
    expect(await delay.remove()).toMatchObject({restored: true, differences: []})
  })

  it('are undone whole from the ledger alone, whoever of them is first', async () => {
    const {world, put} = start()
    await put('delay', DELAY)
    await put('loss', LOSS)
    const operations = await FaultOperations.open(world.ports)
    const entries = ledger(world)
    const [first, second] = entries.map(({id}) => id)
    expect(await operations.clear([first ?? ''], 'clear')).toMatchObject([{restored: true}])
    expect(leaves(world)).toHaveLength(1)
    expect(await operations.clear([second ?? ''], 'clear')).toMatchObject([{restored: true}])
    expect(world.kernel.devices.get('eth0')?.qdiscs).toEqual([])
  })

  it('are as before when the second can not be put in place', async () => {
    const {world, put} = start()
    const delay = await put('delay', DELAY)
    const before = JSON.stringify([[...world.kernel.devices], [...world.kernel.tables]])
    for (const failing of [0, 1, 2, 3]) {
      world.kernel.failAt = world.kernel.commands + failing
      await expect(put('loss', LOSS)).rejects.toThrow('loss')
      world.kernel.failAt = Number.POSITIVE_INFINITY
      expect(JSON.stringify([[...world.kernel.devices], [...world.kernel.tables]])).toBe(before)
      expect(ledger(world).find(({name}) => name === 'delay')?.joints).toEqual([])
    }
    expect(await delay.remove()).toMatchObject({restored: true})
  })
})

describe('three faults', () => {
  it('have a leaf for each pair and one for all, and what is left after each end is right', async () => {
    const {world, put} = start()
    const delay = await put('delay', DELAY)
    const loss = await put('loss', LOSS)
    const rate = await put('rate', RATE)
    expect(leaves(world)).toHaveLength(7)
    expect(leaves(world)).toContain('netem delay 10ms loss random 10% rate 1000000bit')
    await loss.remove()
    expect(
      leaves(world)
        .map((leaf) => leaf.replace(/ burst.*/, ''))
        .toSorted(),
    ).toEqual(['netem delay 10ms', 'netem delay 10ms rate 1000000bit', 'tbf rate 1000000bit'])
    await rate.remove()
    expect(leaves(world)).toEqual(['netem delay 10ms'])
    await delay.remove()
    expect(world.kernel.devices.get('eth0')?.qdiscs).toEqual([])
    expect(world.kernel.tables.size).toBe(0)
  })

  it('of which one is over for the kernel have nothing in common with it', async () => {
    const {world, put} = start()
    await put('delay', DELAY, 1000)
    await world.clock.advance(2000)
    await put('loss', LOSS)
    expect(leaves(world)).toHaveLength(2)
  })
})

describe('faults without a packet in common', () => {
  it('share nothing', async () => {
    const {world, put} = start()
    await put('delay', {...DELAY, scope: {to: '10.2.0.0/24'}})
    await put('loss', LOSS)
    expect(leaves(world)).toHaveLength(2)
  })
})
