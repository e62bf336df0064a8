import {expect, test} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {MetricSink} from '../../../src/core/metrics.ts'
import {tellStream} from '../../../src/core/stream-story.ts'
import {foldStream, streamStatus, type MonitoredStream} from '../../../src/reporters/stream-facts.ts'
import {StreamMetrics} from '../../../src/reporters/metrics/stream-metrics.ts'

const group = 'uplink'
const stage = {type: 'upgrade-stage', group, attempt: 1, of: 5, direction: 'outbound', took: 12} as const
const COUNTS = {sent: 40, confirmed: 38, lost: 1, duplicates: 3, reordered: 2, resent: 4, pending: 1}
const EVENTS: readonly RunEvent[] = [
  {
    type: 'stream-moved',
    at: 0,
    group,
    from: 'direct',
    to: 'relay',
    staged: false,
    took: 620,
    connect: 600,
    resent: 4,
    address: '192.0.2.9:443',
  },
  {
    type: 'upgrade-begun',
    at: 1000,
    group,
    attempt: 1,
    from: 'relay',
    to: 'direct',
    because: 'direct is good',
  },
  {
    ...stage,
    at: 1100,
    stage: 'listener',
    step: 1,
    direction: 'inbound',
    result: 'warned',
    address: null,
    failure: makeFailure('LISTEN_IN_USE', 'taken'),
    because: 'only outbound is tried',
  },
  {
    ...stage,
    at: 1200,
    stage: 'connect',
    step: 2,
    result: 'ok',
    address: '192.0.2.1:443',
    failure: null,
    because: 'we connected',
  },
  {
    ...stage,
    at: 1300,
    stage: 'handshake',
    step: 3,
    result: 'failed',
    address: '192.0.2.1:443',
    failure: makeFailure('STREAM_KEY_REFUSED', 'another key'),
    because: 'another key',
  },
  {
    type: 'upgrade-ended',
    at: 1300,
    group,
    attempt: 1,
    ok: false,
    failure: makeFailure('STREAM_KEY_REFUSED', 'another key'),
    retryIn: 60_000,
    because: 'handshake: another key; next attempt in 1m',
  },
  {
    type: 'stream-counted',
    at: 2000,
    group,
    path: 'relay',
    address: '192.0.2.9:443',
    latency: 15,
    counts: COUNTS,
  },
]

test('the log tells step and number of steps, address, time and code of each stage', () => {
  const told = EVENTS.flatMap((event) => tellStream(event)).map(({tone, text}) => `${tone}: ${text}`)
  expect(told).toEqual([
    'plain: stream over relay (192.0.2.9:443) after 620ms, 600ms of it to connect; 4 messages sent again',
    'plain: way back 1: from relay to direct: direct is good',
    'warning: step 1 of 5, listener (inbound): LISTEN_IN_USE after 12ms: only outbound is tried',
    'plain: step 2 of 5, connect (outbound): 192.0.2.1:443 after 12ms: we connected',
    'bad: step 3 of 5, handshake (outbound): STREAM_KEY_REFUSED 192.0.2.1:443 after 12ms: another key',
    'bad: way back 1 failed (STREAM_KEY_REFUSED): handshake: another key; next attempt in 1m',
  ])
})

test('the status shows where the stream is, what was lost or came twice, and how the last way back went', () => {
  const stream = EVENTS.reduce<MonitoredStream | null>(foldStream, null)
  expect(streamStatus(stream, 3300)).toEqual({
    ...{path: 'relay', address: '192.0.2.9:443', latency_seconds: 0.015, ...COUNTS, failed: null},
    last_upgrade: {
      ...{attempt: 1, seconds_ago: 2, ok: false, stage: 'handshake', code: 'STREAM_KEY_REFUSED'},
      retry_seconds: 60,
    },
  })
  expect(streamStatus(null, 0)).toBeNull()
})

test('metrics count what was added, and begin anew with another stream', () => {
  const added = new Map<string, number>()
  const sink: MetricSink = {
    add: (name, value, labels) => {
      const key = `${name} ${Object.values(labels).join(' ')}`
      added.set(key, (added.get(key) ?? 0) + value)
    },
    set: (name, value, labels) => void added.set(`${name} ${Object.values(labels).join(' ')}`, value),
    observe: () => {},
  }
  const metrics = new StreamMetrics(sink)
  for (const event of EVENTS) metrics.add(event)
  const again = EVENTS.at(-1)
  if (again?.type !== 'stream-counted') throw new Error('the counts are the last event')
  metrics.add({...again, counts: {...COUNTS, sent: 50, lost: 2}})
  metrics.add({...again, counts: {...COUNTS, sent: 5, lost: 1}})
  expect(added.get('netdrill_stream_messages_total uplink sent')).toBe(55)
  expect(added.get('netdrill_stream_messages_total uplink lost')).toBe(3)
  expect(added.get('netdrill_stream_pending uplink')).toBe(1)
  expect(added.get('netdrill_stream_move_seconds uplink')).toBe(0.62)
  expect(added.get('netdrill_upgrade_stages_total uplink handshake failed')).toBe(1)
})
