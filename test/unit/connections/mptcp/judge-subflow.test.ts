import {expect, it} from 'vitest'
import {whyStalled} from '../../../../src/connections/mptcp/judge-subflow.ts'

const FLOW = {
  local: 'a',
  remote: 'b',
  rtt: 5,
  backoff: 0,
  unacked: 0,
  heardAgo: 0,
  ackedAgo: 0,
  sentAgo: 0,
  retransmits: 0,
  sent: 1,
  acked: 1,
  received: 1,
}

it.each([
  ['idle for an hour', {heardAgo: 3_600_000, ackedAgo: 3_600_000, sentAgo: 3_600_000}, false],
  [
    'waits for the answer to what was just sent after an hour',
    {unacked: 1, ackedAgo: 3_600_000, sentAgo: 3_600_001},
    false,
  ],
  [
    'sends without an answer, shorter than the least retransmission',
    {unacked: 3, ackedAgo: 350, sentAgo: 10},
    false,
  ],
  ['sends without an answer for longer', {unacked: 3, ackedAgo: 450, sentAgo: 10}, true],
  ['is far away', {rtt: 300, unacked: 3, ackedAgo: 1100, sentAgo: 10}, false],
  ['is far away and silent', {rtt: 300, unacked: 3, ackedAgo: 1300, sentAgo: 10}, true],
  ['has lost one packet', {backoff: 1, unacked: 1, ackedAgo: 250, sentAgo: 10}, false],
  ['backs off twice', {backoff: 2, unacked: 1, ackedAgo: 650, sentAgo: 10}, true],
  [
    'is dropped by our own filter, which counts nothing as sent',
    {backoff: 1, unacked: 0, ackedAgo: 450, sentAgo: 200},
    true,
  ],
])('a subflow that %s', (_, more, stalled) => {
  expect(whyStalled({...FLOW, ...more}) !== null).toBe(stalled)
})
