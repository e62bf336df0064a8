import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {Outcome} from '../../../src/core/outcome.ts'
import {LossRun} from '../../../src/probes/loss-run.ts'
import {SummaryFold} from '../../../src/probes/summary.ts'

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  o: {status: 'ok', reading: {rtt: 1, phase: {}}, took: 1},
  x: {status: 'failed', failure: makeFailure('PING_TIMEOUT', 'silent'), partial: {phase: {}}, took: 1},
  s: {status: 'skipped', because: {code: 'OBSERVER_GAP', text: 'slept', advice: []}},
}

/** One letter per slot: a dot is a slot that was missed. */
function samplesOf(story: string): readonly {seq: number; outcome: Outcome}[] {
  return [...story].flatMap((letter, index) => {
    const outcome = OUTCOMES[letter]
    return outcome ? [{seq: index + 1, outcome}] : []
  })
}

describe('the longest run of lost samples', () => {
  it.each([
    ['ooo', 0, 0],
    ['oxo', 1, 1],
    ['oxxoxxxo', 3, 3],
    ['oxxxoxx', 3, 3],
    ['xx', 2, 2],
    ['oxx', 2, 2],
    ['ox..o', 1, 3],
    ['ox..x..o', 2, 6],
    ['o..xo', 1, 1],
    ['oxxsxo', 2, 2],
    ['ox.xo.xo', 2, 3],
  ])('of %s is %i in %i slots', (story, lost, slots) => {
    const run = new LossRun()
    for (const sample of samplesOf(story)) run.add(sample)
    expect(run.longest).toEqual({lost, slots})
    expect(run.outage(250)).toBe(slots * 250)
  })

  it('is part of the result of a series, with the interval of its target', () => {
    const summary = new SummaryFold({target: 't', kind: 'ping', started: ''})
    const target = {
      name: 't',
      url: 'ping://h',
      kind: 'ping',
      role: 'target',
      timeout: 50,
      policy: null,
    } as const
    const events: RunEvent[] = [
      {at: 0, type: 'target-added', target: {...target, interval: 200}},
      ...samplesOf('ooxxxo').map((sample): RunEvent => ({
        at: 1,
        type: 'sample',
        target: 't',
        sample: {...sample, sentAt: 1, lag: sample.seq},
      })),
    ]
    for (const event of events) summary.add(event)
    expect(summary.result()).toMatchObject({lost_in_a_row: 3, outage: 600, loop_lag_max: 6})
  })
})
