import {describe, expect, it} from 'vitest'
import {FaultOperations} from '../../../src/faults/operations.ts'
import {enterServed} from '../../../src/faults/served.ts'
import {type FaultWorld, makeFaultWorld, statOf} from '../../support/fault-world.ts'

const FRONT = {name: 'tls-front', listens: '127.0.0.1:8443', upstream: '10.0.0.2:443', does: ['tls front {}']}
const CA = '/state/proxy-ca-100.pem'

const words = (lasts: number | null) => ({
  ...{id: 'f1', name: 'tls-front', kind: 'tls-front', summary: 'certificate expired', lasts},
  served: {proxies: [FRONT], files: [CA, '/etc/passwd']},
})

/** Another shell on the same machine, which `owner` serves from: 100 is this process. */
async function openWorld(): Promise<{world: FaultWorld; shell: FaultOperations}> {
  const world = makeFaultWorld()
  world.files.set(CA, 'pem').set('/etc/passwd', 'root')
  return {world, shell: await FaultOperations.open(world.ports)}
}

/** Lets the clock run until `work` is done. */
async function run<T>(world: FaultWorld, work: Promise<T>): Promise<T> {
  let over = false
  const watched = work.finally(() => (over = true))
  while (!over) await world.clock.advance(50)
  return watched
}

describe('proxies in the ledger', () => {
  it('are listed with what they serve, for their time or without end', async () => {
    const {world, shell} = await openWorld()
    await enterServed(words(30_000), world.ports)
    const [listed] = (await shell.list()).faults
    expect(listed).toMatchObject({standing: 'active', left: 30_000, entry: {served: {proxies: [FRONT]}}})
    await enterServed(words(null), world.ports)
    await world.clock.advance(100 * 24 * 3_600_000)
    expect((await shell.list()).faults).toMatchObject([{standing: 'active'}])
  })

  it('end by themselves when they are asked, and whoever asked waits for that', async () => {
    const {world, shell} = await openWorld()
    const served = await enterServed(words(null), world.ports)
    const told: string[] = []
    void served.whenAsked(new AbortController().signal).then(async () => {
      told.push('asked')
      // What it says while it closes does not undo the question.
      await served.tell([])
      await served.end()
      told.push('ended')
    })
    expect(await run(world, shell.clear(['f1'], 'halt'))).toMatchObject([{restored: true, differences: []}])
    expect(told).toEqual(['asked', 'ended'])
    expect((await shell.list()).faults).toEqual([])
  })

  it('whose process does not listen are named and left alone', async () => {
    const {world, shell} = await openWorld()
    await enterServed(words(null), world.ports)
    const [closed] = await run(world, shell.clear(['f1'], 'clear'))
    expect(closed).toMatchObject({
      restored: false,
      differences: [expect.stringMatching(/process 100 .*127.0.0.1:8443/)],
    })
    expect((await shell.list()).faults).toMatchObject([{standing: 'stuck'}])
    expect(world.kernel.log.join('\n')).not.toContain('kill')
  })

  it.each([
    ['is gone', null],
    ['has its number no more', statOf(100, 8)],
  ])('whose process %s are recovered, with the files that they left and no others', async (_, stat) => {
    const {world, shell} = await openWorld()
    await enterServed(words(null), world.ports)
    if (stat === null) world.files.delete('/proc/100/stat')
    else world.files.set('/proc/100/stat', stat)
    expect((await shell.list()).faults).toMatchObject([{standing: 'orphaned'}])
    expect(await shell.recover()).toMatchObject([{restored: true}])
    expect(await shell.recover()).toEqual([])
    expect([world.files.has(CA), world.files.has('/etc/passwd')]).toEqual([false, true])
  })
})
