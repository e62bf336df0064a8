import {expect, test} from 'vitest'
import {WayBack} from '../../../../src/connections/relay/way-back.ts'
import {type FailureCode, makeFailure} from '../../../../src/core/codes/index.ts'
import type {StageResult, StreamEvent} from '../../../../src/core/stream-events.ts'
import type {StreamSpec, UpgradeStage} from '../../../../src/core/stream-spec.ts'

const SECOND = 1000
const STREAM: StreamSpec = {
  ...{interval: 100, buffer: 10, key: null, standby: 'warm', grace: 0, dial: true, listen: null},
  limits: {listener: 1000, connect: 5000, handshake: 5000, migration: 5000, closing: 5000},
  ...{retry: 60 * SECOND, slowDown: {after: 3, factor: 2, max: 300 * SECOND}},
}
const WANTED = {from: 'relay', to: 'direct', because: 'direct has been good for 60s'}

type Stage = Extract<StreamEvent, {type: 'upgrade-stage'}>
function stage(attempt: number, name: UpgradeStage, result: StageResult, code?: FailureCode): Stage {
  const failure = code === undefined ? null : makeFailure(code, 'as the test wants it')
  const what = {group: 'uplink', attempt, stage: name, result, failure}
  return {
    type: 'upgrade-stage',
    ...what,
    step: 2,
    of: 5,
    direction: 'outbound',
    address: null,
    took: 1,
    because: '',
  }
}

/** When attempts begin, asked every second, when each of them fails at once. */
function attemptsWithin(length: number, code: FailureCode): readonly number[] {
  const way = new WayBack('uplink', STREAM)
  const begun: number[] = []
  for (let at = 0; at <= length; at += SECOND) {
    const [event] = way.want(WANTED, at).events
    if (event?.type !== 'upgrade-begun') continue
    begun.push(at)
    way.add(stage(event.attempt, 'connect', 'failed', code), at)
  }
  return begun
}

test('the waits between attempts are 60s three times, then double up to 300s', () => {
  const begun = attemptsWithin(1200 * SECOND, 'TCP_TIMEOUT')
  const gaps = begun.slice(1).map((at, index) => (at - (begun[index] ?? 0)) / SECOND)
  expect(gaps).toEqual([60, 60, 60, 120, 240, 300, 300])
})

test('who refuses us three times is not asked any more, until the path was lost', () => {
  expect(attemptsWithin(3000 * SECOND, 'STREAM_KEY_REFUSED')).toHaveLength(3)
  const way = new WayBack('uplink', STREAM)
  for (const attempt of [1, 2, 3]) {
    way.want(WANTED, attempt * 1000 * SECOND)
    way.add(stage(attempt, 'handshake', 'failed', 'STREAM_KEY_REFUSED'), attempt * 1000 * SECOND)
  }
  expect(way.want(WANTED, 9000 * SECOND).events).toEqual([])
  way.forgive()
  expect(way.want(WANTED, 9000 * SECOND).events).toMatchObject([{type: 'upgrade-begun', attempt: 4}])
})

test('one attempt at a time: nothing more is wanted while it is under way', () => {
  const way = new WayBack('uplink', STREAM)
  expect(way.want(WANTED, 0).events).toMatchObject([{type: 'upgrade-begun', attempt: 1, ...WANTED}])
  expect(way.want(WANTED, 10 * SECOND).events).toEqual([])
})

test('an agent that says nothing has lost the order: the attempt is over, with a wait as after any other', () => {
  const way = new WayBack('uplink', STREAM)
  way.want(WANTED, 0)
  expect(way.want(WANTED, 27 * SECOND).events).toMatchObject([
    {type: 'upgrade-ended', ok: false, failure: null},
  ])
  expect(way.want(WANTED, 28 * SECOND).events).toEqual([])
  expect(way.want(WANTED, 87 * SECOND).events).toMatchObject([{type: 'upgrade-begun', attempt: 2}])
})

test.each(['ok', 'warned', 'skipped'] as const)('a stage that is %s decides nothing', (result) => {
  const way = new WayBack('uplink', STREAM)
  way.want(WANTED, 0)
  for (const name of ['listener', 'connect', 'handshake'] as const)
    expect(way.add(stage(1, name, result), 1)).toEqual({events: [], arrived: null})
})

test('the migration decides: the group may follow, and the failures are forgotten', () => {
  const way = new WayBack('uplink', STREAM)
  way.want(WANTED, 0)
  const {events, arrived} = way.add(stage(1, 'migration', 'ok'), 5)
  expect(events).toMatchObject([{type: 'upgrade-ended', ok: true, failure: null, retryIn: null}])
  expect(arrived).toMatchObject({from: 'relay', to: 'direct'})
})

test('what is told of an older attempt, or after the group went elsewhere, decides nothing', () => {
  const way = new WayBack('uplink', STREAM)
  way.want(WANTED, 0)
  expect(way.add(stage(0, 'migration', 'ok'), 1).arrived).toBeNull()
  way.cancel()
  expect(way.add(stage(1, 'migration', 'ok'), 2).arrived).toBeNull()
})
