import {describe, expect, it} from 'vitest'
import {type ScheduleOptions, planSchedule} from '../../../src/policies/schedule.ts'
import {makePolicy, phase} from './support.ts'

const ALL: ScheduleOptions = {duration: 0, attempts: null}

describe('planSchedule', () => {
  it.each([
    [0, [0, 5, 10, 15, 45, 105, 225, 465, 945, 1545]],
    [30, [0, 35, 70, 105, 165, 255, 405, 675, 1185, 1815]],
  ])('gives the start times of the tunnel client when each attempt lasts %i s', (lasts, expected) => {
    const {rows, end} = planSchedule(makePolicy(), {...ALL, duration: lasts * 1000})
    expect(rows.map((row) => row.start / 1000)).toEqual(expected)
    expect(rows.every((row) => row.start === row.earliest && row.start === row.latest)).toBe(true)
    expect(end).toEqual({type: 'endless', phase: 'persistent', every: {low: 600_000, high: 600_000}})
  })

  it('spreads the starts by the jitter of all waits before', () => {
    const {rows} = planSchedule(makePolicy({jitter: {mode: 'proportional', factor: 0.2}}), ALL)
    expect(rows[3]).toMatchObject({start: 15_000, earliest: 12_000, latest: 18_000})
  })

  it('cuts a longer attempt at its timeout', () => {
    const {rows} = planSchedule(makePolicy({attemptTimeout: 1000}), {...ALL, duration: 60_000})
    expect(rows[1]?.start).toBe(6000)
  })

  it('shows as many attempts as asked for', () => {
    expect(planSchedule(makePolicy(), {...ALL, attempts: 4})).toMatchObject({
      rows: {length: 4},
      end: {type: 'cut', phase: 'gradual'},
    })
    expect(planSchedule(makePolicy(), {...ALL, attempts: 12})).toMatchObject({
      rows: {length: 12},
      end: {type: 'endless'},
    })
  })

  it('ends exhausted, and says after how many attempts', () => {
    const policy = makePolicy({phases: [phase('immediate')]})
    expect(planSchedule(policy, ALL).end).toEqual({type: 'exhausted', attempts: 4})
    expect(planSchedule({...policy, maxAttempts: 2}, ALL).end).toEqual({type: 'exhausted', attempts: 2})
  })

  it('ends with the deadline', () => {
    const {rows, end} = planSchedule(makePolicy({deadline: 60_000}), ALL)
    expect(rows.map((row) => row.start / 1000)).toEqual([0, 5, 10, 15, 45, 59.9])
    expect(end).toEqual({type: 'deadline', deadline: 60_000})
  })

  it('stays finite for 5000 attempts', () => {
    const {rows} = planSchedule(makePolicy(), {...ALL, attempts: 5000})
    expect(rows).toHaveLength(5000)
    expect(rows.every((row) => Number.isFinite(row.latest))).toBe(true)
  })
})
