/** An established connection whose token runs out: the one retry that there is comes with a new one. */
import {describe, expect, it} from 'vitest'
import type {Exec} from '../../../src/core/ports.ts'
import {FakeClock} from '../../support/fake-clock.ts'
import {POLICY, type Rig, startWatch} from '../../support/watch-rig.ts'

const remedies = {
  resolvers: [],
  refresh: {command: ['fetch-token'], timeout: 1000},
  hedge: null,
  adaptive: null,
}

/** The token runs out at 500ms; the program takes 100ms to fetch another. */
async function watch(exitCode: number): Promise<{readonly rig: Rig; readonly runs: number[]}> {
  const clock = new FakeClock()
  const runs: number[] = []
  let renewed = false
  const exec: Exec = {
    run: async () => {
      runs.push(clock.now())
      await clock.sleep(100)
      renewed = exitCode === 0
      return {exitCode, stdout: '', stderr: '', took: 100, timedOut: false, notFound: false}
    },
  }
  const rig = await startWatch(
    {policy: {...POLICY, remedies}, fall: 3},
    (now) => (now < 500 || renewed ? {after: 5} : {after: 5, code: 'HTTP_UNAUTHORIZED'}),
    clock,
    {exec},
  )
  await clock.advance(3000)
  return {rig, runs}
}

describe('a token that runs out under a watch', () => {
  it('is refreshed before the retry, which follows at once', async () => {
    const {rig, runs} = await watch(0)
    expect(runs).toEqual([505])
    expect(rig.story('state-changed')).toEqual([
      '0 idle > connecting',
      '5 connecting > connected',
      '505 connected > reconnecting',
      '610 reconnecting > connected',
    ])
    await rig.stop()
  })

  it('stops without a retry when the refresh fails', async () => {
    const {rig, runs} = await watch(1)
    expect(runs).toEqual([505])
    expect(rig.story('state-changed').at(-1)).toBe('605 reconnecting > failed')
    await rig.stop()
  })

  it('is left alone by a watch that ends meanwhile', async () => {
    const {rig} = await watch(0)
    await rig.stop()
    expect(rig.clock.pending).toBe(0)
  })
})
