import {describe, expect, it} from 'vitest'
import {tellAlert} from '../../../src/core/alert-story.ts'
import type {RunEvent} from '../../../src/core/events.ts'

const told = (event: RunEvent): readonly string[] =>
  tellAlert(event).map(({tone, subject, text}) => `${tone} ${subject}: ${text}`)

const alert = (more: Partial<RunEvent & {type: 'alert'}>): RunEvent => ({
  at: 60_000,
  type: 'alert',
  rule: 'Gone',
  labels: {target: 'api'},
  state: 'firing',
  since: 0,
  value: 301.23456,
  annotations: {},
  ...more,
})

describe('what is told of alerts', () => {
  it('names the rule, its labels, how long it held, the value and the summary', () => {
    expect(told(alert({annotations: {summary: 'no answer'}}))).toEqual([
      'bad Gone{target="api"}: alert firing after 1m, value 301.2: no answer',
    ])
    expect(told(alert({labels: {}, state: 'pending', since: 60_000}))).toEqual([
      'warning Gone: alert pending, value 301.2',
    ])
    expect(told(alert({state: 'resolved', value: 'NaN'}))).toEqual([
      'good Gone{target="api"}: alert resolved after 1m, value NaN',
    ])
  })

  it('tells whom an alert did not reach, and why', () => {
    const notified = {at: 0, type: 'notified', receiver: 'desk', about: 'Gone firing'} as const
    expect(told({...notified, result: 'failed', attempts: 3, because: 'HTTP 500'})).toEqual([
      'bad desk: could not be told after 3 attempts, HTTP 500: Gone firing',
    ])
    expect(told({...notified, result: 'dropped', attempts: 0, because: 'too many wait'})).toEqual([
      'warning desk: not told, too many wait: Gone firing',
    ])
    expect(told({...notified, result: 'delivered', attempts: 1, because: ''})).toEqual([
      'plain desk: told: Gone firing',
    ])
  })

  it('says nothing of a rule that is new, or of anything else', () => {
    const rule = {name: 'Gone', expr: 'up', for: 0, keepFiringFor: 0, labels: {}}
    expect(told({at: 0, type: 'alert-rule-added', rule})).toEqual([])
    expect(told({at: 0, type: 'slot-missed', target: 'api', seq: 1, because: ''})).toEqual([])
  })
})
