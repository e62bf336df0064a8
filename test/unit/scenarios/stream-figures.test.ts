import {expect, test} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {makeFailure} from '../../../src/core/codes/index.ts'
import {
  StreamCollector,
  type StreamSeries,
  streamField,
  streamFigures,
} from '../../../src/scenarios/stream-figures.ts'

const MOVE = {
  type: 'stream-moved',
  group: 'uplink',
  from: 'direct',
  to: 'relay',
  resent: 2,
  address: '',
} as const
const counted = (at: number, sent: number, lost: number, duplicates: number): RunEvent => ({
  ...{type: 'stream-counted', at, group: 'uplink', path: 'relay', address: null, latency: 1},
  counts: {sent, confirmed: sent - lost, lost, duplicates, reordered: 0, resent: 0, pending: 0},
})

function collect(events: readonly RunEvent[]): StreamSeries {
  const collector = new StreamCollector()
  const [last] = events.map((event) => collector.add(event)).toReversed()
  if (!last) throw new Error('nothing about a stream')
  return last.stream
}

const STREAM = collect([
  counted(1000, 10, 0, 0),
  {...MOVE, at: 1500, staged: false, took: 620, connect: 600},
  {...MOVE, at: 1600, from: 'relay', staged: false, took: 9000, connect: 0},
  {...MOVE, at: 1700, from: 'relay', to: 'direct', staged: true, took: 5000, connect: 10},
  {
    ...{type: 'upgrade-stage', at: 1800, group: 'uplink', attempt: 1, stage: 'connect', step: 2, of: 5},
    ...{direction: 'outbound', result: 'failed', address: null, took: 5, because: ''},
    failure: makeFailure('TCP_TIMEOUT', 'nobody answers'),
  },
  {
    ...{type: 'upgrade-stage', at: 1900, group: 'uplink', attempt: 2, stage: 'listener', step: 1, of: 5},
    ...{direction: null, result: 'skipped', address: null, took: 5, because: '', failure: null},
  },
  {
    ...{type: 'upgrade-stage', at: 1950, group: 'uplink', attempt: 2, stage: 'migration', step: 4, of: 5},
    ...{direction: 'inbound', result: 'ok', address: null, took: 5, because: '', failure: null},
  },
  counted(2000, 20, 2, 1),
  counted(3000, 30, 2, 5),
])
const ALL = [{from: 0, to: 3000}]

test.each([
  ['stream.lost', ALL, 2],
  ['stream.duplicates', ALL, 5],
  ['stream.sent', ALL, 30],
  ['stream.lost', [{from: 2000, to: 3000}], 0],
  ['stream.duplicates', [{from: 2000, to: 3000}], 4],
  // From the last count before to the first one after.
  ['stream.lost', [{from: 1400, to: 1600}], 2],
])('%s in %j is %d', (field, spans, value) => {
  expect(streamField(STREAM, {field, spans})).toBe(value)
})

test('the stages of the way back are told with their direction and end, but for those that were not needed', () => {
  expect(streamField(STREAM, {field: 'stream.stages', spans: ALL})).toEqual([
    'connect outbound TCP_TIMEOUT',
    'migration inbound ok',
  ])
  const first = [{from: 1000, to: 1900}]
  expect(streamField(STREAM, {field: 'stream.stages', spans: first})).toEqual([
    'connect outbound TCP_TIMEOUT',
  ])
})

test('the execution is that of moves away, with and without connecting; the way back and a return to the same path are none', () => {
  expect(streamField(STREAM, {field: 'execution', spans: ALL})).toBe(620)
  const first = [{from: 1400, to: 1550}]
  expect(streamField(STREAM, {field: 'execution', spans: first})).toBe(620)
  expect(streamField(STREAM, {field: 'execution_net', spans: first})).toBe(20)
  expect(streamField(STREAM, {field: 'execution', spans: [{from: 1650, to: 3000}]})).toBeUndefined()
})

test('failures are the codes of stages, in the part that is asked about', () => {
  expect(streamField(STREAM, {field: 'stream.failures', spans: ALL})).toEqual(['TCP_TIMEOUT'])
  expect(streamField(STREAM, {field: 'stream.failures', spans: [{from: 0, to: 1000}]})).toEqual([])
})

test('a group without a stream has none of these', () => {
  expect(streamField(undefined, {field: 'stream.lost', spans: ALL})).toBeUndefined()
  expect(streamFigures('uplink', undefined, [])).toEqual([])
})

test('the verdict shows them as figures', () => {
  const rounds = [{start: 0, baselineEnd: 500, faults: [], end: 3000}]
  const figures = streamFigures('uplink', STREAM, rounds).map(({name, value}) => `${name} ${value}`)
  expect(figures).toEqual([
    'uplink.execution 620',
    'uplink.execution_net 20',
    'uplink.stream.lost 2',
    'uplink.stream.duplicates 5',
    'uplink.stream.reordered 0',
  ])
})
