import {describe, expect, it} from 'vitest'
import {EMPTY_HISTORY, type History, foldHistory, joinBuckets} from '../../../src/ui/history.ts'

const ok = (rtt: number): {readonly kind: 'ok'; readonly rtt: number} => ({kind: 'ok', rtt})

describe('the history of a target', () => {
  it('counts what lies in a slice of time', () => {
    let history: History = EMPTY_HISTORY
    for (const [at, rtt] of [
      [10, 5],
      [60, 7],
      [120, 3],
    ] as const) {
      history = foldHistory(history, at, ok(rtt))
    }
    history = foldHistory(history, 130, {kind: 'failed'})
    history = foldHistory(history, 140, {kind: 'skipped'})
    expect(joinBuckets(history, 0, 100)).toMatchObject({ok: 2, failed: 0, max: 7, sum: 12})
    expect(joinBuckets(history, 100, 200)).toMatchObject({ok: 1, failed: 1, skipped: 1, max: 3})
    expect(joinBuckets(history, 200, 300)).toBeNull()
  })

  it('takes samples in any order', () => {
    const times = [900, 100, 500, 510, 100, 2000, 0]
    const history = times.reduce((old, at) => foldHistory(old, at, ok(1)), EMPTY_HISTORY)
    const indexes = history.buckets.map(({index}) => index)
    expect(indexes).toEqual([0, 1, 5, 9, 20])
    expect(joinBuckets(history, 0, 10_000)).toMatchObject({ok: times.length})
  })

  it('stays small however long a run takes, and loses no sample', () => {
    let history: History = EMPTY_HISTORY
    for (let at = 0; at < 3_600_000; at += 500) history = foldHistory(history, at, ok(1))
    expect(history.buckets.length).toBeLessThanOrEqual(480)
    expect(joinBuckets(history, 0, 4_000_000)).toMatchObject({ok: 7200})
  })
})
