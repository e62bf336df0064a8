/** Faults on a link that the keeper of a lab carries, without a lab: the keeper is what answers on the socket. */
import {beforeEach, describe, expect, it} from 'vitest'
import {type KeptEnd, LINK_WORDS, type LinkQuestion} from '../../../src/core/kept-links.ts'
import type {LinkOrder} from '../../../src/core/link-effects.ts'
import {HOST} from '../../../src/core/place.ts'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import type {FaultBinding, FaultPlan, FaultRequest} from '../../../src/faults/fault.ts'
import {runGuardLoop} from '../../../src/faults/guard-loop.ts'
import type {LedgerEntry} from '../../../src/faults/ledger.ts'
import {FaultOperations} from '../../../src/faults/operations.ts'
import {type FaultWorld, makeFaultWorld, makeRequest, statOf} from '../../support/fault-world.ts'

const KEEPER = 300
const END: KeptEnd = {
  lab: 'office',
  link: 'a-b',
  socket: '/state/links/300.sock',
  keeper: {pid: KEEPER, start: 7},
  sender: 1,
}

/** What the keeper has in force, and how it answers. */
let orders: LinkOrder[]
let manner: 'honest' | 'deaf' | 'idle' | 'refuses'
let world: FaultWorld
beforeEach(() => {
  orders = []
  manner = 'honest'
  const ask = async (path: string, line: string): Promise<string> => {
    if (path !== END.socket || manner === 'deaf') throw new Error('connect ECONNREFUSED')
    const {fault, set, clear} = JSON.parse(line) as LinkQuestion
    if (manner === 'refuses')
      return JSON.stringify({schema: LINK_WORDS, problem: 'the link a-b is not carried'})
    if (clear && manner === 'honest') orders = orders.filter((one) => one.fault !== fault)
    if (set && manner === 'honest') orders.push(set)
    const order = orders.find((one) => one.fault === fault) ?? null
    return JSON.stringify({
      schema: LINK_WORDS,
      order,
      count: {matched: 5, affected: 4, lost: 0, overflowed: 0},
    })
  }
  const serve = async (): Promise<never> => Promise.reject(new Error('not needed'))
  world = makeFaultWorld({missing: ['qdisc-netem'], sockets: {serve, ask}})
  world.files.set(`/proc/${KEEPER}/stat`, statOf(KEEPER))
})

const binding = (end: KeptEnd | null): FaultBinding => ({
  place: HOST,
  device: null,
  proxy: null,
  kept: async () => ({lab: 'office', end}),
})

async function request(more: Partial<FaultRequest> = {}): Promise<FaultRequest> {
  const words = {kind: 'netem', delay: '50ms', loss: '10%', scope: {to: '10.0.0.2', port: 443}}
  return makeRequest('r1', words, {binding: binding(END), ...more})
}

const engine = () => openFaultEngine(world.ports, {run: 'r1'})

async function apply(): Promise<Awaited<ReturnType<ReturnType<typeof engine>['apply']>>> {
  const own = engine()
  const asked = await request()
  return own.apply(await own.plan(asked), asked.binding)
}

function entry(): LedgerEntry {
  const path = [...world.files.keys()].find((one) => one.startsWith('/state/ledger/'))
  return JSON.parse(world.files.get(path ?? '') ?? 'null') as LedgerEntry
}

describe('a fault on a link of a lab that is kept', () => {
  it('is done by the lab, with its end, and says so before', async () => {
    const plan: FaultPlan = await engine().plan(await request())
    expect(plan).toMatchObject({backend: 'carrier', effect: {rtt: {mean: 50}, loss: expect.closeTo(0.1)}})
    expect(plan.notes?.join()).toContain(
      'the lab office carries the link a-b, and ends this by itself after 10s',
    )
    expect(orders).toEqual([])
    const fault = await apply()
    expect(orders).toMatchObject([
      {fault: 'r1', lasts: 10_000, sender: 1, match: {to: ['10.0.0.2'], port: 443}, effect: {delay: 50}},
    ])
    expect(fault).toMatchObject({asAsked: true, readback: 'link a-b: 50ms delay, 10% loss'})
    expect(await fault.counters()).toMatchObject({matched: 5, affected: 4})
    expect(entry()).toMatchObject({state: 'applied', carried: {lab: 'office', link: 'a-b'}, undo: []})
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(orders).toEqual([])
    expect(entry()).toMatchObject({state: 'done', ended: {by: 'owner'}})
  })

  it('is in the ledger before the lab is asked', async () => {
    let before: unknown
    const own = engine()
    const asked = await request()
    const plan = await own.plan(asked)
    const {ask} = world.ports.sockets
    Object.assign(world.ports.sockets, {
      ask: async (path: string, line: string) => {
        before ??= entry().state
        return ask(path, line)
      },
    })
    await own.apply(plan, asked.binding)
    expect(before).toBe('planned')
  })

  it('counts as not done when the lab says yes and does nothing', async () => {
    manner = 'idle'
    expect(await apply()).toMatchObject({asAsked: false, readback: ''})
  })

  it.each([
    ['refuses', 'the link a-b is not carried'],
    ['deaf', 'ECONNREFUSED'],
  ] as const)('fails with the reason when the keeper %s', async (how, because) => {
    manner = how
    await expect(apply()).rejects.toThrow(because)
    // Nobody can say that it is not there: whoever comes next has to ask again.
    expect(entry().state).toBe('stuck')
    manner = 'honest'
    const operations = await FaultOperations.open(world.ports)
    expect(await operations.recover()).toMatchObject([{restored: true}])
    expect(await operations.recover()).toEqual([])
  })

  it('is over with its lab', async () => {
    const fault = await apply()
    manner = 'deaf'
    world.files.delete(`/proc/${KEEPER}/stat`)
    expect(await fault.remove()).toMatchObject({restored: true})
  })

  it('is left over when the link still has it, or nobody can say', async () => {
    const fault = await apply()
    manner = 'idle'
    expect(await fault.remove()).toMatchObject({differences: ['the link a-b still has the fault r1']})
  })

  it('is undone by the guard when its process is gone', async () => {
    await apply()
    const guard = runGuardLoop('r1', world.ports, {
      onSignal: (tell) => {
        tell('gone')
        return () => {}
      },
    })
    await world.clock.advance(10)
    await guard
    expect(orders).toEqual([])
    expect(entry()).toMatchObject({state: 'done', ended: {by: 'guard'}})
  })
})

describe('a link of a kept lab that the kernel carries', () => {
  it('can not be delayed without netem, and the error tells what to do', async () => {
    const error = await engine()
      .plan(await request({binding: binding(null)}))
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({exit: 6})
    expect(JSON.stringify(error)).toContain('netdrill lab up FILE --carry')
  })

  it('can be limited by the kernel; a carried one by netdrill where the kernel can not', async () => {
    const limit = {kind: 'rate', rate: '1mbit', scope: {to: '10.0.0.2'}}
    const backend = async (own: FaultWorld, end: KeptEnd | null): Promise<string> =>
      (
        await openFaultEngine(own.ports, {run: 'r1'}).plan(
          await makeRequest('r1', limit, {binding: binding(end)}),
        )
      ).backend
    expect(await backend(world, null)).toBe('tbf')
    expect(await backend(world, END)).toBe('tbf')
    const poor = makeFaultWorld({missing: ['qdisc-netem', 'qdisc-tbf', 'qdisc-htb']})
    expect(await backend(poor, END)).toBe('carrier')
  })
})
