import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {recentStatistics} from '../../../src/ui/recent.ts'
import {type ViewState, emptyView, foldView} from '../../../src/ui/view-state.ts'
import {readRun} from '../../support/record-run.ts'

const run = readRun()
const view = run.reduce(foldView, emptyView())

function target(state: ViewState, name: string): ViewState['targets'][number] | undefined {
  return state.targets.find((one) => one.name === name)
}

describe('the view of a drill', () => {
  it('knows its targets, faults, phases and verdict', () => {
    expect(view.targets.map(({name, state}) => [name, state])).toEqual([
      ['api', 'connected'],
      ['web', 'connected'],
      ['control', 'connected'],
    ])
    expect(view.faults.map(({name, status, restored}) => [name, status, restored])).toEqual([
      ['refuse', 'removed', true],
      ['slow', 'removed', true],
    ])
    expect(view.phases.at(-1)?.phase).toBe('cleanup')
    expect(view.verdict?.verdict).toBe('pass')
    expect(view.ended).toBe(true)
  })

  it('counts samples over the whole run and over the last half minute', () => {
    const samples = run.filter((event) => event.type === 'sample' && event.target === 'api')
    const failed = samples.filter(
      (event) => event.type === 'sample' && event.sample.outcome.status === 'failed',
    )
    expect(target(view, 'api')).toMatchObject({sent: samples.length, failed: failed.length})
    expect(recentStatistics(target(view, 'api')?.recent ?? []).loss).toBeCloseTo(
      failed.length / samples.length,
    )
  })

  it('forgets samples that are older than the window', () => {
    const at = (ms: number, rtt: number): RunEvent => ({
      at: ms,
      type: 'sample',
      target: 'a',
      sample: {seq: 0, sentAt: ms, outcome: {status: 'ok', reading: {rtt, phase: {}}, took: rtt}},
    })
    const late = [at(0, 900), at(1000, 900), at(40_000, 5)].reduce(foldView, emptyView())
    expect(recentStatistics(target(late, 'a')?.recent ?? []).rtt?.max).toBe(5)
    expect(target(late, 'a')?.sent).toBe(3)
  })

  it('does not change what it was given', () => {
    const before = run.slice(0, 200).reduce(foldView, emptyView())
    const copy = JSON.stringify(before)
    run.slice(200).reduce(foldView, before)
    expect(JSON.stringify(before)).toBe(copy)
  })

  it('keeps a next attempt until it was made', () => {
    const until = (ms: number): ViewState => run.filter(({at}) => at <= ms).reduce(foldView, emptyView())
    expect(target(until(12_900), 'api')?.next).toMatchObject({attempt: 5, due: 13_415})
    expect(target(until(17_000), 'api')?.next).toBeNull()
  })

  it('makes stand-ins for what was never announced', () => {
    const events: readonly RunEvent[] = [
      {at: 5, type: 'fault-applied', fault: 'ghost', took: 1, until: 100, readback: ''},
      {at: 6, type: 'slot-missed', target: 'ghost', seq: 1, because: 'busy'},
    ]
    const state = events.reduce(foldView, emptyView())
    expect(state.faults).toMatchObject([{name: 'ghost', status: 'in-force', until: 100}])
    expect(state.targets).toMatchObject([{name: 'ghost', skipped: 1, info: null}])
  })

  it('stays small in a long run', () => {
    let state = emptyView()
    for (let index = 0; index < 3000; index++) {
      state = foldView(state, {
        at: index * 1000,
        type: 'notice',
        level: 'warning',
        code: null,
        text: `notice ${index}`,
      })
    }
    expect(state.log).toHaveLength(200)
    expect(state.log.at(-1)?.text).toBe('notice 2999')
  })
})
