import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {faultLabel} from '../../../src/core/fault-label.ts'
import {emptyDrillDocument, foldDrillDocument} from '../../../src/reporters/drill-json.ts'
import {judgedLines} from '../../../src/reporters/judged-lines.ts'

describe('what a report shows of loops, tracks and budgets', () => {
  it.each([
    {fault: {name: 'outage'}, label: 'outage'},
    {fault: {name: 'outage', part: {number: 2, of: 5}}, label: 'outage 2/5'},
    {fault: {name: 'outage', track: 'names', part: {number: 2, of: 5}}, label: 'names: outage 2/5'},
  ])('calls a fault $label', ({fault, label}) => {
    expect(faultLabel(fault)).toBe(label)
  })

  it('lists budgets behind the expectations', () => {
    const events: RunEvent[] = [
      {
        at: 1,
        type: 'budget',
        subject: 'api',
        text: 'down 20% of 10s',
        unit: 'ratio',
        allowed: 0.2,
        used: 0.3,
        met: false,
        actual: '30%: 3s of 10s',
      },
      {at: 2, type: 'expectation', text: 'api.ok == true', met: true, actual: 'it is true'},
    ]
    const document = events.reduce(foldDrillDocument, emptyDrillDocument())
    expect(document.budgets).toMatchObject([{subject: 'api', used: 0.3}])
    expect(judgedLines(document)).toEqual([
      {text: 'api.ok == true', met: true, actual: 'it is true'},
      {text: 'budget of api: down 20% of 10s', met: false, actual: 'used 30%: 3s of 10s'},
    ])
  })
})
