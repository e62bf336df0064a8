import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import type {ToldState} from '../../../src/core/webhook-events.ts'
import type {During} from '../../../src/scenarios/drill-spec.ts'
import {fieldValue} from '../../../src/scenarios/fields.ts'
import {SeriesCollector, type TargetSeries} from '../../../src/scenarios/series.ts'
import {isHeard, webhookFigures} from '../../../src/scenarios/webhook-figures.ts'
import type {Round} from '../../../src/scenarios/windows.ts'

const message = (at: number, ...incidents: readonly [key: string, state: ToldState][]): RunEvent => ({
  at,
  type: 'webhook-received',
  webhook: 'pager',
  path: '/',
  incidents: incidents.map(([key, state]) => ({key, name: key, state})),
})

function heard(...messages: readonly RunEvent[]): TargetSeries {
  const collector = new SeriesCollector()
  collector.add({at: 0, type: 'webhook-added', webhook: 'pager', url: 'http://10.0.0.1:9095/'})
  for (const one of messages) collector.add(one)
  const series = collector.all().get('pager')
  if (!series) throw new Error('the receiver has no series')
  return series
}

const round: Round = {
  start: 0,
  baselineEnd: 1000,
  faults: [
    {fault: 'a-1', name: 'a', from: 1000, to: 3000},
    {fault: 'b-1', name: 'b', from: 5000, to: 6000},
  ],
  end: 9000,
}
const ask = (series: TargetSeries, field: string, during: During = 'drill'): unknown =>
  fieldValue(series, {field, during, rounds: [round]})

describe('a receiver that is told of each incident once', () => {
  const pager = heard(
    message(1700, ['1', 'firing']),
    message(3200, ['1', 'resolved']),
    message(5900, ['2', 'firing'], ['3', 'firing']),
    message(6500, ['2', 'resolved'], ['3', 'resolved']),
  )

  it('counts messages, incidents and what was told to be over', () => {
    const fields = ['messages', 'incidents', 'received', 'repeats', 'resolved']
    expect(fields.map((field) => ask(pager, field))).toEqual([4, 3, 3, 0, 3])
    expect(ask(pager, 'incidents', {fault: 'a'})).toBe(1)
    expect(ask(pager, 'loss')).toBeUndefined()
  })

  it('tells how long it took: the longest of all faults, or of one', () => {
    expect([ask(pager, 'arrives'), ask(pager, 'arrives', {fault: 'a'})]).toEqual([900, 700])
    expect([ask(pager, 'clears'), ask(pager, 'clears', {fault: 'a'})]).toEqual([500, 200])
  })

  it('has all of it as figures', () => {
    const figures = webhookFigures('pager', {messages: pager.webhook?.messages ?? []}, [round])
    const values = Object.fromEntries(figures.map(({name, value}) => [name.replace('pager.', ''), value]))
    const counts = {messages: 4, incidents: 3, received: 3, repeats: 0, resolved: 3}
    expect(values).toEqual({...counts, arrives: 900, clears: 500})
  })
})

describe('a receiver', () => {
  it('counts what comes again as a repeat, whether alone or beside others', () => {
    const pager = heard(
      message(1500, ['1', 'firing']),
      message(1600, ['1', 'firing']),
      message(1700, ['1', 'firing'], ['2', 'firing']),
    )
    expect([ask(pager, 'incidents'), ask(pager, 'received'), ask(pager, 'repeats')]).toEqual([2, 4, 2])
  })

  it('that was told nothing was never reached, and never clears what it was not told to be over', () => {
    expect([ask(heard(), 'arrives'), ask(heard(), 'clears'), ask(heard(), 'incidents')]).toEqual([
      Number.POSITIVE_INFINITY,
      undefined,
      0,
    ])
    expect(ask(heard(message(1500, ['1', 'firing'])), 'clears')).toBe(Number.POSITIVE_INFINITY)
  })

  it('is waited for while something lasts, and for a moment after the last message', () => {
    const of = (...messages: readonly RunEvent[]) => ({messages: heard(...messages).webhook?.messages ?? []})
    expect(isHeard(of(), 10)).toBe(true)
    expect(isHeard(of(message(10, ['1', 'firing'])), 9000)).toBe(false)
    const over = of(message(10, ['1', 'firing']), message(20, ['1', 'resolved']))
    expect([isHeard(over, 100), isHeard(over, 600)]).toEqual([false, true])
    expect(isHeard(of(message(10, ['x', 'told'])), 600)).toBe(true)
  })
})
