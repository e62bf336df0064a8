import {expect, test} from 'vitest'
import type {NetError, ResolvedAddress} from '../../../../src/core/ports.ts'
import {startDeadline} from '../../../../src/probes/shared/deadline.ts'
import {type DialStrategy, dialAddresses} from '../../../../src/probes/shared/dial-addresses.ts'
import {FakeClock} from '../../../support/fake-clock.ts'
import {type DialScript, type ScriptedDial, scriptedDial} from '../../../support/scripted-dial.ts'

const six = (last: number): ResolvedAddress => ({address: `2001:db8::${last}`, family: 6})
const four = (last: number): ResolvedAddress => ({address: `192.0.2.${last}`, family: 4})
const REFUSED: NetError = {code: 'ECONNREFUSED', syscall: 'connect', message: 'refused'}
const NO_ROUTE: NetError = {code: 'ENETUNREACH', syscall: 'connect', message: 'no route', local: true}

interface Setup {
  readonly strategy: DialStrategy
  readonly addresses: readonly ResolvedAddress[]
  readonly scripts: Readonly<Record<string, DialScript>>
  readonly timeout?: number
  readonly user?: AbortSignal
  /** How far the clock is moved. */
  readonly advance?: number
}

async function run(setup: Setup): Promise<{
  result: Awaited<ReturnType<typeof dialAddresses>>
  clock: FakeClock
  dial: ScriptedDial
}> {
  const clock = new FakeClock()
  const dial = scriptedDial(clock, setup.scripts)
  const parent = setup.user ?? new AbortController().signal
  const deadline = startDeadline({clock, after: setup.timeout ?? 3000, level: 'sample', parent})
  const {addresses, strategy} = setup
  const running = dialAddresses({addresses, strategy, port: 443, deadline}, {dial, clock})
  await clock.advance(setup.advance ?? 10_000)
  const result = await running
  deadline.stop()
  expect(clock.pending).toBe(0)
  expect(dial.open()).toBe(result.status === 'connected' ? 1 : 0)
  return {result, clock, dial}
}

test('a race starts the next attempt after 250 ms, alternating families, and the first answer wins', async () => {
  const {result, dial} = await run({
    strategy: 'race',
    addresses: [six(1), six(2), four(1), four(2)],
    scripts: {'2001:db8::1': 'silent', '192.0.2.1': {after: 400}, '2001:db8::2': 'silent'},
  })
  expect(dial.requests).toEqual([
    {address: '2001:db8::1', at: 0},
    {address: '192.0.2.1', at: 250},
    {address: '2001:db8::2', at: 500},
  ])
  expect(result).toMatchObject({status: 'connected', winner: four(1), took: 400})
  expect(result.addresses).toEqual([
    {...six(1), status: 'cancelled', startedAfter: 0, took: 650},
    {...four(1), status: 'ok', startedAfter: 250, took: 400},
    {...six(2), status: 'cancelled', startedAfter: 500, took: 150},
    {...four(2), status: 'not-tried'},
  ])
})

test('a race goes on at once when an attempt fails, and keeps the failure', async () => {
  const {result, dial} = await run({
    strategy: 'race',
    addresses: [six(1), four(1)],
    scripts: {'2001:db8::1': {after: 1, error: REFUSED}, '192.0.2.1': {after: 5}},
  })
  expect(dial.requests.map(({at}) => at)).toEqual([0, 1])
  expect(result).toMatchObject({status: 'connected', winner: four(1)})
  expect(result.addresses[0]).toMatchObject({status: 'failed', failure: {code: 'TCP_REFUSED'}, took: 1})
})

test('an early attempt may still win a race after later ones have begun', async () => {
  const {result} = await run({
    strategy: 'race',
    addresses: [six(1), four(1)],
    scripts: {'2001:db8::1': {after: 300}, '192.0.2.1': {after: 200}},
  })
  expect(result).toMatchObject({status: 'connected', winner: six(1), took: 300})
  expect(result.addresses[1]).toMatchObject({status: 'cancelled', startedAfter: 250})
})

test('two answers in one moment leave one connection open', async () => {
  const {result} = await run({
    strategy: 'race',
    addresses: [six(1), four(1)],
    scripts: {'2001:db8::1': {after: 300}, '192.0.2.1': {after: 50}},
  })
  expect(result.addresses.filter(({status}) => status === 'ok')).toHaveLength(1)
})

test('in order, each address gets its share of the time that is left', async () => {
  const {result, dial} = await run({
    strategy: 'order',
    addresses: [four(1), four(2), four(3)],
    scripts: {'192.0.2.1': 'silent', '192.0.2.2': {after: 2, error: REFUSED}, '192.0.2.3': {after: 7}},
    timeout: 3000,
  })
  expect(dial.requests.map(({at}) => at)).toEqual([0, 1000, 1002])
  expect(result).toMatchObject({status: 'connected', winner: four(3), took: 7})
  expect(result.addresses.map(({failure}) => failure?.code)).toEqual([
    'TCP_TIMEOUT',
    'TCP_REFUSED',
    undefined,
  ])
  expect(result.addresses.map(({startedAfter}) => startedAfter)).toEqual([0, 1000, 1002])
})

test('in order, later addresses are not tried after a success', async () => {
  const {result} = await run({
    strategy: 'order',
    addresses: [four(1), four(2)],
    scripts: {'192.0.2.1': {after: 3}},
  })
  expect(result.addresses[1]).toEqual({...four(2), status: 'not-tried'})
})

test.for(['order', 'race'] as const)('%s: silence ends with the deadline as a timeout', async (strategy) => {
  const {result} = await run({
    strategy,
    addresses: [four(1)],
    scripts: {},
    timeout: 500,
  })
  expect(result).toMatchObject({status: 'failed', failure: {code: 'TCP_TIMEOUT'}, took: 500})
  expect(result.status === 'failed' && result.failure.message).toBe(
    '192.0.2.1:443 did not answer within 500ms',
  )
})

test.for(['order', 'race'] as const)("%s: the user's abort is no timeout", async (strategy) => {
  const user = new AbortController()
  const clock = new FakeClock()
  const dial = scriptedDial(clock, {})
  const deadline = startDeadline({clock, after: 3000, level: 'sample', parent: user.signal})
  const running = dialAddresses({addresses: [four(1), six(1)], strategy, port: 1, deadline}, {dial, clock})
  await clock.advance(10)
  user.abort()
  const result = await running
  expect(result).toMatchObject({status: 'failed', failure: {code: 'CANCELLED'}})
  expect(clock.pending).toBe(0)
})

test('an answer says more than silence and than a missing route of our own', async () => {
  const {result} = await run({
    strategy: 'race',
    addresses: [six(1), four(1), four(2)],
    scripts: {
      '2001:db8::1': {after: 0, error: NO_ROUTE},
      '192.0.2.1': {after: 20, error: REFUSED},
      '192.0.2.2': 'silent',
    },
    timeout: 1000,
  })
  expect(result).toMatchObject({
    status: 'failed',
    failure: {code: 'TCP_REFUSED'},
    address: four(1),
    took: 1000,
  })
  expect(result.status === 'failed' && result.failure.message).toContain('all 3 addresses tried failed')
})
