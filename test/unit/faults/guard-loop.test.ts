import {describe, expect, it} from 'vitest'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import {type GuardSignal, runGuardLoop} from '../../../src/faults/guard-loop.ts'
import {FaultOperations} from '../../../src/faults/operations.ts'
import {type FaultWorld, GUARD_PID, makeFaultWorld, makeRequest, statOf} from '../../support/fault-world.ts'

interface Guard {
  readonly tell: (signal: GuardSignal) => void
  readonly ended: () => boolean
}

/** The guard of run `r1` in the same simulated machine. */
function startGuard(world: FaultWorld): Guard {
  let tell: (signal: GuardSignal) => void = () => {}
  let ended = false
  const onSignal = (listener: (signal: GuardSignal) => void): (() => void) => {
    tell = listener
    return () => {}
  }
  void runGuardLoop('r1', world.ports, {onSignal}).then(() => (ended = true))
  return {tell: (signal) => tell(signal), ended: () => ended}
}

const scope = {to: '10.0.0.2'}

async function putPartition(world: FaultWorld, detach = false): Promise<void> {
  const engine = openFaultEngine(world.ports, {run: 'r1'})
  const request = await makeRequest('split', {kind: 'partition', scope}, {lasts: 10_000})
  await engine.apply(await engine.plan(request), request.binding)
  if (detach) await engine.detach?.()
}

describe('the guard', () => {
  it('undoes everything of its run when the main process is gone, and ends', async () => {
    const world = makeFaultWorld()
    const guard = startGuard(world)
    await world.clock.advance(0)
    await putPartition(world)
    guard.tell('look')
    await world.clock.advance(1000)
    expect(world.kernel.tables.size).toBe(1)
    guard.tell('gone')
    await world.clock.advance(100)
    expect(world.kernel.tables.size).toBe(0)
    expect(guard.ended()).toBe(true)
  })

  it('steps in shortly after the end of a fault that nobody removed', async () => {
    const world = makeFaultWorld()
    const guard = startGuard(world)
    await world.clock.advance(0)
    await putPartition(world)
    guard.tell('look')
    await world.clock.advance(10_000)
    expect(world.kernel.tables.size).toBe(1)
    await world.clock.advance(600)
    expect(world.kernel.tables.size).toBe(0)
    expect(guard.ended()).toBe(false)
    guard.tell('release')
    await world.clock.advance(0)
    expect(guard.ended()).toBe(true)
    expect(world.clock.pending).toBe(0)
  })

  it('keeps detached faults until their time is over, though the main process is gone', async () => {
    const world = makeFaultWorld()
    const guard = startGuard(world)
    await world.clock.advance(0)
    await putPartition(world, true)
    guard.tell('detach')
    guard.tell('gone')
    await world.clock.advance(9900)
    expect(world.kernel.tables.size).toBe(1)
    await world.clock.advance(200)
    expect(world.kernel.tables.size).toBe(0)
    expect(guard.ended()).toBe(true)
  })

  it('ends soon after somebody else has cleared its detached faults', async () => {
    const world = makeFaultWorld()
    const guard = startGuard(world)
    await world.clock.advance(0)
    await putPartition(world, true)
    guard.tell('detach')
    await world.clock.advance(100)
    const operations = await FaultOperations.open(world.ports)
    const {faults} = await operations.list()
    await operations.clear(
      faults.map(({entry}) => entry.id),
      'clear',
    )
    await world.clock.advance(2100)
    expect(guard.ended()).toBe(true)
  })

  it('leaves the faults of other runs alone', async () => {
    const world = makeFaultWorld()
    const other = openFaultEngine(world.ports, {run: 'r2'})
    const request = await makeRequest('split', {kind: 'partition', scope})
    await other.apply(await other.plan(request), request.binding)
    const guard = startGuard(world)
    await world.clock.advance(0)
    guard.tell('gone')
    await world.clock.advance(60_000)
    expect(world.kernel.tables.size).toBe(1)
  })

  it('tries again when the undo left something', async () => {
    const world = makeFaultWorld()
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const request = await makeRequest('slow', {kind: 'rate', rate: '1mbit', scope})
    await engine.apply(await engine.plan(request), request.binding)
    const guard = startGuard(world)
    await world.clock.advance(0)
    world.kernel.failAt = world.kernel.commands + 1
    guard.tell('gone')
    await world.clock.advance(100)
    expect(world.kernel.devices.get('eth0')?.qdiscs).not.toEqual([])
    await world.clock.advance(1100)
    expect(world.kernel.devices.get('eth0')?.qdiscs).toEqual([])
    expect(guard.ended()).toBe(true)
  })
})

describe('recover', () => {
  const standings = async (world: FaultWorld): Promise<readonly string[]> =>
    (await (await FaultOperations.open(world.ports)).list()).faults.map(({standing}) => standing)

  it('leaves alone what its owner still keeps', async () => {
    const world = makeFaultWorld()
    await putPartition(world)
    expect(await standings(world)).toEqual(['active'])
    expect(await (await FaultOperations.open(world.ports)).recover()).toEqual([])
    expect(world.kernel.tables.size).toBe(1)
  })

  it('finishes what a dead owner left, once', async () => {
    const world = makeFaultWorld()
    await putPartition(world)
    world.files.delete('/proc/100/stat')
    expect(await standings(world)).toEqual(['orphaned'])
    const operations = await FaultOperations.open(world.ports)
    expect(await operations.recover()).toMatchObject([{restored: true}])
    expect(world.kernel.tables.size).toBe(0)
    expect(await operations.recover()).toEqual([])
  })

  it('is not fooled by another process with the same number', async () => {
    const world = makeFaultWorld()
    await putPartition(world)
    world.files.set('/proc/100/stat', statOf(100, 8))
    expect(await standings(world)).toEqual(['orphaned'])
  })

  it('takes the guard of a detached fault for its owner', async () => {
    const world = makeFaultWorld()
    await putPartition(world, true)
    world.files.delete('/proc/100/stat')
    expect(await standings(world)).toEqual(['active'])
    world.files.delete(`/proc/${GUARD_PID}/stat`)
    expect(await standings(world)).toEqual(['orphaned'])
  })

  it('runs nothing for faults of an earlier boot: they are gone', async () => {
    const world = makeFaultWorld()
    await putPartition(world)
    world.files.set('/proc/sys/kernel/random/boot_id', 'boot-2\n')
    const calls = world.kernel.log.length
    const operations = await FaultOperations.open(world.ports)
    expect(await operations.recover()).toMatchObject([{restored: true}])
    expect(world.kernel.log.slice(calls).filter((line) => /^(?:nft|tc)/.test(line))).toEqual([])
  })

  it('runs nothing in a place whose process is gone: its namespace went with it', async () => {
    const world = makeFaultWorld()
    world.files.set('/proc/300/stat', statOf(300))
    const engine = openFaultEngine(world.ports, {run: 'r1'})
    const place = {kind: 'process', pid: 300, user: true, name: 'client'} as const
    const request = await makeRequest(
      'split',
      {kind: 'partition'},
      {binding: {place, device: null, proxy: null}},
    )
    await engine.apply(await engine.plan(request), request.binding)
    expect(
      world.kernel.log.some((line) => line.startsWith('nsenter -t 300 -U --preserve-credentials -n -- nft')),
    ).toBe(true)
    world.files.set('/proc/300/stat', statOf(300, 9))
    world.files.delete('/proc/100/stat')
    const calls = world.kernel.log.length
    const operations = await FaultOperations.open(world.ports)
    expect(await operations.recover()).toMatchObject([{restored: true}])
    expect(world.kernel.log.slice(calls).filter((line) => line.startsWith('nsenter'))).toEqual([])
  })

  it('names ledger files that it can not read', async () => {
    const world = makeFaultWorld()
    world.files.set('/state/ledger/broken.json', '{')
    const {unreadable} = await (await FaultOperations.open(world.ports)).list()
    expect(unreadable).toEqual(['/state/ledger/broken.json'])
  })
})
