import {expect, test} from 'vitest'
import {Tally} from '../../../../src/connections/relay/tally.ts'

function sent(tally: Tally, count: number): void {
  for (let index = 0; index < count; index++) tally.next(index)
}

test('what comes back once and in order is confirmed, and nothing else', () => {
  const tally = new Tally(10)
  sent(tally, 3)
  for (const seq of [1, 2, 3]) tally.confirm(seq, 10)
  expect(tally.counts()).toEqual({
    ...{sent: 3, confirmed: 3, lost: 0, duplicates: 0, reordered: 0, resent: 0, pending: 0},
  })
  expect(tally.latency).toBe(8)
})

test('a second confirmation is a duplicate, a later one after a higher one is reordered', () => {
  const tally = new Tally(10)
  sent(tally, 3)
  for (const seq of [1, 1, 3, 2, 2]) tally.confirm(seq, 10)
  expect(tally.counts()).toMatchObject({confirmed: 3, duplicates: 2, reordered: 1, lost: 0})
})

test('what was never sent counts nowhere', () => {
  const tally = new Tally(10)
  sent(tally, 1)
  for (const seq of [0, 2, -1]) tally.confirm(seq, 10)
  expect(tally.counts()).toMatchObject({confirmed: 0, duplicates: 0, pending: 1})
})

test('an interruption loses nothing that is buffered, and everything that is not', () => {
  const [buffered, bare] = [new Tally(10), new Tally(0)]
  for (const tally of [buffered, bare]) {
    sent(tally, 4)
    tally.confirm(1, 5)
  }
  expect(buffered.interrupted()).toEqual([2, 3, 4])
  expect(buffered.counts()).toMatchObject({lost: 0, pending: 3})
  expect(bare.interrupted()).toEqual([])
  expect(bare.counts()).toMatchObject({lost: 3, pending: 0})
})

test('what was given up and comes after all stays lost, and is no duplicate the first time', () => {
  const tally = new Tally(0)
  sent(tally, 1)
  tally.interrupted()
  tally.confirm(1, 5)
  expect(tally.counts()).toMatchObject({lost: 1, confirmed: 0, duplicates: 0})
  tally.confirm(1, 6)
  expect(tally.counts()).toMatchObject({lost: 1, duplicates: 1})
})

test('a full buffer gives the oldest up', () => {
  const tally = new Tally(2)
  sent(tally, 5)
  expect(tally.pending()).toEqual([4, 5])
  expect(tally.counts()).toMatchObject({sent: 5, lost: 3, pending: 2})
})
