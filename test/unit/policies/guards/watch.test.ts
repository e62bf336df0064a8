import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {Policy} from '../../../../src/policies/policy.ts'
import {POLICY, type Script, startWatch} from '../../../support/watch-rig.ts'
import {BREAKER, BUDGET, NO_GUARDS} from './support.ts'

const refuses: Script = () => ({after: 0, code: 'TCP_REFUSED'})
const DAY = 86_400_000

/** A ladder for ever with a wait of 1s, watched at an interval that stays out of the way. */
function watched(guards: Partial<Policy['guards']>): {readonly policy: Policy; readonly interval: number} {
  const phases = [
    {name: 'persistent', attempts: null, interval: 1000, multiplier: 1, maxInterval: null},
  ] as const
  return {policy: {...POLICY, phases, guards: {...NO_GUARDS, ...guards}}, interval: 3 * DAY}
}

function of<T extends RunEvent['type']>(
  events: readonly RunEvent[],
  type: T,
): readonly Extract<RunEvent, {type: T}>[] {
  return events.filter((event): event is Extract<RunEvent, {type: T}> => event.type === type)
}

describe('a watched connection behind guards', () => {
  it('is tried after the open times of its breaker only, and comes back with the first good trial', async () => {
    let healsAt = Number.POSITIVE_INFINITY
    const rig = await startWatch(watched({breaker: {...BREAKER, trials: 1}}), (now) =>
      now >= healsAt ? {after: 0} : {after: 0, code: 'TCP_REFUSED'},
    )
    healsAt = 30_000
    await rig.clock.advance(60_000)
    expect(of(rig.events, 'attempt').map(({at}) => Math.round(at / 1000))).toEqual([0, 1, 2, 12, 32])
    expect(of(rig.events, 'attempt-denied')[0]).toMatchObject({code: 'BREAKER_OPEN', until: 12_000})
    expect(of(rig.events, 'breaker-changed').map(({to}) => to)).toEqual([
      'open',
      'half-open',
      'open',
      'half-open',
      'closed',
    ])
    expect(rig.story('state-changed').at(-1)).toContain('connected')
    await rig.stop()
    expect(rig.clock.pending).toBe(0)
  })

  it('gives up when it is isolated, without any attempt', async () => {
    const rig = await startWatch(watched({breaker: {...BREAKER, mode: 'isolated'}}), refuses)
    await rig.clock.advance(10_000)
    expect(of(rig.events, 'attempt')).toEqual([])
    expect(rig.story('state-changed').at(-1)).toContain('exhausted')
    await rig.stop()
  })

  it('keeps to its budget for an hour without giving up', async () => {
    const budget = {...BUDGET, ratio: 0, minPerSecond: 1 / 600, whenEmpty: 'wait'} as const
    const rig = await startWatch(watched({budget}), refuses)
    await rig.clock.advance(3_600_000)
    const attempts = of(rig.events, 'attempt').length
    expect(attempts).toBeGreaterThanOrEqual(8)
    expect(attempts).toBeLessThanOrEqual(3 + 6)
    expect(rig.story('state-changed').join()).not.toContain('exhausted')
    await rig.stop()
  })
})
