import {expect, test} from 'vitest'
import {DeadlineExpired, abortOwner, startDeadline} from '../../../../src/probes/shared/deadline.ts'
import {FakeClock} from '../../../support/fake-clock.ts'

test('expiry aborts with a reason that tells the level and the length', async () => {
  const clock = new FakeClock()
  const deadline = startDeadline({clock, after: 300, level: 'sample', parent: new AbortController().signal})
  expect(deadline.left()).toBe(300)
  expect(abortOwner(deadline.signal)).toBeNull()
  await clock.advance(299)
  expect(deadline.signal.aborted).toBe(false)
  await clock.advance(1)
  expect(abortOwner(deadline.signal)).toEqual({by: 'deadline', level: 'sample', after: 300})
  expect(deadline.left()).toBe(0)
  expect(clock.pending).toBe(0)
})

test("the user's abort is told apart, and leaves no timer", async () => {
  const clock = new FakeClock()
  const user = new AbortController()
  const deadline = startDeadline({clock, after: 300, level: 'sample', parent: user.signal})
  user.abort(new Error('enough'))
  expect(abortOwner(deadline.signal)).toEqual({by: 'user'})
  expect(clock.pending).toBe(0)
})

test('an outer deadline gives its own reason to the inner one', async () => {
  const clock = new FakeClock()
  const parent = new AbortController().signal
  const sample = startDeadline({clock, after: 100, level: 'sample', parent})
  const address = startDeadline({clock, after: 500, level: 'address', parent: sample.signal})
  await clock.advance(100)
  expect(abortOwner(address.signal)).toMatchObject({level: 'sample', after: 100})
  expect(clock.pending).toBe(0)
})

test('an inner deadline does not end the outer one', async () => {
  const clock = new FakeClock()
  const sample = startDeadline({clock, after: 500, level: 'sample', parent: new AbortController().signal})
  const address = startDeadline({clock, after: 100, level: 'address', parent: sample.signal})
  await clock.advance(100)
  expect(abortOwner(address.signal)).toMatchObject({level: 'address'})
  expect(sample.signal.aborted).toBe(false)
  sample.stop()
})

test('a parent that is over already ends it at once', () => {
  const clock = new FakeClock()
  const parent = AbortSignal.abort(new DeadlineExpired('sample', 5))
  const deadline = startDeadline({clock, after: 100, level: 'step', parent})
  expect(abortOwner(deadline.signal)).toMatchObject({level: 'sample', after: 5})
  expect(clock.pending).toBe(0)
})

test('a stopped deadline never fires', async () => {
  const clock = new FakeClock()
  const deadline = startDeadline({clock, after: 10, level: 'step', parent: new AbortController().signal})
  deadline.stop()
  await clock.advance(100)
  expect(deadline.signal.aborted).toBe(false)
})
