import {describe, expect, it} from 'vitest'
import {type FailureCode, makeFailure} from '../../../src/core/codes/index.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {
  type AttemptContext,
  type AttemptOutcome,
  type PolicyEvent,
  type PolicyResult,
  runWithPolicy,
} from '../../../src/policies/executor.ts'
import type {Policy} from '../../../src/policies/policy.ts'
import {FakeClock} from '../../support/fake-clock.ts'
import {makePolicy, phase} from './support.ts'

interface Harness {
  readonly clock: FakeClock
  readonly abort: AbortController
  readonly starts: number[]
  readonly contexts: AttemptContext[]
  readonly events: PolicyEvent[]
  readonly result: Promise<PolicyResult<string>>
}

type Script = (context: AttemptContext, clock: FakeClock) => Promise<AttemptOutcome<string>>

function start(policy: Policy, script: Script): Harness {
  const clock = new FakeClock()
  const abort = new AbortController()
  const starts: number[] = []
  const contexts: AttemptContext[] = []
  const events: PolicyEvent[] = []
  const result = runWithPolicy({
    policy,
    clock,
    random: seededRandom(3),
    signal: abort.signal,
    onEvent: (event) => events.push(event),
    attempt: async (context) => {
      starts.push(clock.now())
      contexts.push(context)
      return script(context, clock)
    },
  })
  return {clock, abort, starts, contexts, events, result}
}

const failing = async (code: FailureCode = 'TCP_REFUSED'): Promise<AttemptOutcome<string>> => ({
  status: 'failed',
  failure: makeFailure(code, 'scripted'),
})

const HOUR = 3_600_000

describe('runWithPolicy', () => {
  it('calls the attempt twice more after two failures and returns its value', async () => {
    const run = start(makePolicy({maxAttempts: 3}), async ({attempt}) =>
      attempt < 3 ? failing() : {status: 'ok', value: 'success'},
    )
    await run.clock.advance(HOUR)
    expect(await run.result).toMatchObject({status: 'ok', value: 'success', flaky: true})
    expect(run.starts).toEqual([0, 5000, 10_000])
    expect(run.clock.pending).toBe(0)
  })

  it('is not flaky when the first attempt succeeds, and leaves no timer', async () => {
    const run = start(makePolicy(), async () => ({status: 'ok', value: 'x'}))
    expect(await run.result).toMatchObject({status: 'ok', flaky: false})
    expect(run.clock.pending).toBe(0)
  })

  it('gives up right after the last attempt, with every failure kept', async () => {
    const run = start(makePolicy({phases: [phase('immediate')]}), async () => failing())
    await run.clock.advance(15_000)
    const result = await run.result
    expect(result).toMatchObject({status: 'exhausted', failure: {code: 'TCP_REFUSED'}})
    expect(result.attempts.map((attempt) => attempt.waited)).toEqual([0, 5000, 5000, 5000])
    expect(run.clock.now()).toBe(15_000)
  })

  it('stops at once for an authentication failure', async () => {
    const run = start(makePolicy(), async () => failing('TLS_CERT_EXPIRED'))
    expect(await run.result).toMatchObject({status: 'stopped', failure: {code: 'TLS_CERT_EXPIRED'}})
    expect(run.starts).toEqual([0])
    expect(run.clock.pending).toBe(0)
  })

  it('ends at once when aborted in a wait, and attempts no more', async () => {
    const run = start(makePolicy(), async () => failing())
    await run.clock.advance(100)
    run.abort.abort(new Error('enough'))
    const result = await run.result
    expect(result).toMatchObject({status: 'aborted', attempts: [{attempt: 1}]})
    expect(run.clock.pending).toBe(0)
    await run.clock.advance(HOUR)
    expect(run.starts).toEqual([0])
  })

  it('does not even begin when aborted before', async () => {
    const abort = AbortSignal.abort(new Error('before'))
    const calls: number[] = []
    const result = await runWithPolicy({
      policy: makePolicy(),
      clock: new FakeClock(),
      random: seededRandom(1),
      signal: abort,
      attempt: async ({attempt}) => {
        calls.push(attempt)
        return failing()
      },
    })
    expect(result.status).toBe('aborted')
    expect(calls).toEqual([])
  })

  it('ends at once when aborted in an attempt that ignores its signal', async () => {
    const run = start(makePolicy(), async () => new Promise(() => {}))
    await run.clock.advance(100)
    run.abort.abort(new Error('enough'))
    expect((await run.result).status).toBe('aborted')
    expect(run.contexts[0]?.signal.aborted).toBe(true)
    expect(run.clock.pending).toBe(0)
  })

  it('ends an attempt at its timeout by its signal, tells why, and goes on', async () => {
    const reasons: unknown[] = []
    const run = start(makePolicy({attemptTimeout: 300, maxAttempts: 2}), async ({signal}) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      reasons.push(signal.reason)
      return failing('TCP_TIMEOUT')
    })
    await run.clock.advance(HOUR)
    const result = await run.result
    expect(result).toMatchObject({status: 'exhausted', failure: {code: 'TCP_TIMEOUT'}})
    expect(result.attempts.map((attempt) => attempt.took)).toEqual([300, 300])
    expect(reasons).toEqual([
      expect.objectContaining({name: 'AttemptTimeout', timeout: 300}),
      expect.anything(),
    ])
    expect(run.clock.pending).toBe(0)
  })

  it('goes on without an attempt that never settles, and ignores its late rejection', async () => {
    const late: ((error: Error) => void)[] = []
    const run = start(makePolicy({attemptTimeout: 300, maxAttempts: 2}), async ({attempt}) =>
      attempt === 1 ? new Promise((_, reject) => late.push(reject)) : {status: 'ok', value: 'second'},
    )
    await run.clock.advance(HOUR)
    expect(await run.result).toMatchObject({
      status: 'ok',
      attempts: [{failure: {code: 'ATTEMPT_TIMEOUT'}}, {failure: null}],
    })
    for (const reject of late) reject(new Error('too late'))
    expect(run.starts).toHaveLength(2)
  })

  it('tells the timeout of an attempt from the deadline of the whole', async () => {
    const hang: Script = async ({signal}) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(failing('CANCELLED'))))
    const run = start(makePolicy({attemptTimeout: 4000, deadline: 10_000}), hang)
    await run.clock.advance(HOUR)
    const result = await run.result
    expect(result).toMatchObject({status: 'deadline', failure: {code: 'ATTEMPT_TIMEOUT'}})
    expect(run.contexts.map((context) => context.timeout)).toEqual([4000, 1000])
    expect(run.starts).toEqual([0, 9000])
  })

  it('turns what an attempt throws into a failure and keeps the error', async () => {
    const error = Object.assign(new Error('boom', {cause: new Error('deeper')}), {code: 'EBOOM'})
    const run = start(makePolicy({maxAttempts: 1}), async () => Promise.reject(error))
    expect(await run.result).toMatchObject({
      status: 'exhausted',
      failure: {code: 'UNKNOWN', cause: 'EBOOM'},
      attempts: [{error}],
    })
  })

  it('announces every retry with the time that it then keeps', async () => {
    const policy = makePolicy({jitter: {mode: 'full', factor: 0}, maxAttempts: 5})
    const run = start(policy, async () => failing())
    await run.clock.advance(HOUR)
    await run.result
    const due = run.events.flatMap((event) => (event.type === 'attempt-scheduled' ? [event.due] : []))
    expect(run.starts).toEqual([0, ...due])
    expect(run.events.filter((event) => event.type === 'attempt')).toHaveLength(5)
  })

  it('survives a wait that is longer than any timer', async () => {
    const month = 30 * 86_400_000
    const policy = makePolicy({phases: [phase('immediate', {attempts: 1, interval: month})]})
    const run = start(policy, async () => failing())
    await run.clock.advance(month)
    await run.result
    expect(run.starts).toEqual([0, month])
  })
})
