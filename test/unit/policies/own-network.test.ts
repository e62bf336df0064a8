import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {FailureCode} from '../../../src/core/codes/index.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {type PolicyEvent, runWithPolicy} from '../../../src/policies/executor.ts'
import {Gate} from '../../../src/policies/guards/gate.ts'
import {SharedGuards} from '../../../src/policies/guards/shared.ts'
import type {Policy} from '../../../src/policies/policy.ts'
import {NetworkWakes, whyDown} from '../../../src/policies/wake-source.ts'
import {FakeClock} from '../../support/fake-clock.ts'
import {FakeNetwork, USABLE} from '../../support/fake-network.ts'
import {startWatch} from '../../support/watch-rig.ts'
import {makePolicy, phase} from './support.ts'

const HOUR = 3_600_000
const SLOW = [phase('gradual', {attempts: 4, interval: HOUR, multiplier: 1, maxInterval: HOUR})]
const budget = {ratio: 0, minPerSecond: 0, burst: 2, whenEmpty: 'stop' as const}

function run(code: FailureCode | null, policy: Partial<Policy> = {}, host = 'example.org') {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const wake = new NetworkWakes(network, host)
  const events: PolicyEvent[] = []
  const starts: number[] = []
  const answer: {code: FailureCode | null} = {code}
  const full = makePolicy({phases: SLOW, ...policy})
  const gate = new Gate({shared: new SharedGuards(), policy: full, target: 't', peer: null})
  const result = runWithPolicy({
    policy: full,
    clock,
    random: seededRandom(1),
    signal: new AbortController().signal,
    wake,
    gate,
    onEvent: (event) => events.push(event),
    attempt: async () => {
      starts.push(clock.now())
      const {code: now} = answer
      return Promise.resolve(
        now === null
          ? {status: 'ok' as const, value: 'up'}
          : {status: 'failed' as const, failure: makeFailure(now, 'scripted')},
      )
    },
  })
  return {clock, network, wake, events, starts, answer, result}
}

describe('a waiting ladder', () => {
  it('is woken by what changes for the better, within half a second of spread', async () => {
    const {clock, network, starts, answer} = run('TCP_TIMEOUT')
    await clock.advance(60_000)
    answer.code = null
    network.tell({what: 'route-added', subject: 'default'})
    await clock.advance(1000)
    expect(starts).toHaveLength(2)
    expect(starts[1]).toBeGreaterThanOrEqual(60_000)
    expect(starts[1]).toBeLessThanOrEqual(60_500)
  })

  it.each([
    {host: 'example.org', subject: 'fe80::1/64', attempts: 1},
    {host: 'fe80::2%eth0', subject: 'fe80::1/64', attempts: 2},
    {host: 'example.org', subject: '2001:db8::1/64', attempts: 2},
  ])(
    'that wants $host has made $attempts attempts when $subject appears',
    async ({host, subject, attempts}) => {
      const {clock, network, starts} = run('TCP_TIMEOUT', {}, host)
      await clock.advance(60_000)
      network.tell({what: 'address-added', subject})
      await clock.advance(1000)
      expect(starts).toHaveLength(attempts)
    },
  )

  it('is not woken by losses, nor more than six times a minute', async () => {
    const {clock, network, starts} = run('TCP_TIMEOUT', {
      maxAttempts: 0,
      phases: [phase('persistent', {attempts: null, interval: HOUR})],
    })
    await clock.advance(60_000)
    network.tell({what: 'address-removed'})
    await clock.advance(5000)
    expect(starts).toHaveLength(1)
    for (let second = 0; second < 50; second++) {
      network.tell({what: 'link-up'})
      await clock.advance(1000)
    }
    expect(starts).toHaveLength(7)
  })

  it('watches nothing when the first attempt succeeds', async () => {
    const {network, result, clock} = run(null)
    await clock.advance(10)
    await result
    expect(network.listening).toBe(0)
  })

  it('is held while the own network is down, spends nothing, and goes on with the change', async () => {
    const policy = {
      phases: [phase('gradual', {attempts: 4, interval: 5000})],
      guards: {breaker: null, budget, globalBudget: null, peerRate: null},
    }
    const {clock, network, events, starts, answer, result} = run('TCP_TIMEOUT', policy)
    await clock.advance(1000)
    network.unplug()
    await clock.advance(HOUR)
    expect(starts).toHaveLength(1)
    expect(events.filter((event) => event.type === 'attempt-denied')).toEqual([
      expect.objectContaining({
        code: 'OWN_NETWORK_DOWN',
        because: 'no link of this machine is usable: eth0 has no carrier',
      }),
    ])
    answer.code = null
    network.plug()
    await clock.advance(1000)
    // Two tokens of the budget: the hour has cost none.
    expect(await result).toMatchObject({status: 'ok', attempts: [{attempt: 1}, {attempt: 2}]})
  })

  it('goes on where somebody refused: that came through the network', async () => {
    const {clock, network, starts} = run('TCP_REFUSED', {
      phases: [phase('gradual', {attempts: 2, interval: 5000})],
    })
    network.unplug()
    await clock.advance(60_000)
    expect(starts).toHaveLength(3)
  })
})

describe('the own network', () => {
  it.each([
    ['example.org', [{...USABLE, up: false}], 'no link of this machine is usable: eth0 is down'],
    ['example.org', [{...USABLE, addresses: []}], 'no link of this machine is usable: eth0 has no address'],
    ['example.org', [{...USABLE, name: 'lo'}], 'this machine has no link but the loopback'],
    [
      'example.org',
      [
        {...USABLE, carrier: false},
        {...USABLE, name: 'wlan0'},
      ],
      null,
    ],
    ['127.0.0.9', [], null],
    ['localhost', [], null],
    ['192.0.2.1', [{...USABLE, carrier: false}], null],
  ])('is down for %s with %j: %s', (host, links, expected) => {
    expect(whyDown({links, routes: [], method: 'polling', unknownLines: 0, restarts: 0}, host)).toBe(expected)
  })
})

describe('a watched connection', () => {
  it('gets one more attempt after it had given up, when the own network changes', async () => {
    const network = new FakeNetwork()
    const policy = makePolicy({phases: [phase('immediate', {attempts: 1, interval: 1000})]})
    const clock = new FakeClock()
    const rig = await startWatch(
      {policy, interval: 600_000},
      (now) => (now < 60_000 ? {after: 1, code: 'TCP_REFUSED' as const} : {after: 1}),
      clock,
      {network},
    )
    await clock.advance(30_000)
    expect(rig.story('state-changed').at(-1)).toContain('exhausted')
    await clock.advance(60_000)
    network.tell({what: 'link-up'})
    await clock.advance(5000)
    expect(rig.story('state-changed').at(-1)).toContain('connected')
    await rig.stop()
    expect(network.listening).toBe(0)
  })
})
