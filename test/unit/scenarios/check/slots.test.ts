import {describe, expect, it} from 'vitest'
import {makeSlots} from '../../../../src/scenarios/check/slots.ts'

/** Lets every promise that is ready run. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function visitors(limit: number, turn?: () => Promise<void>) {
  const slots = makeSlots(limit, turn)
  const inside: string[] = []
  const enter = (name: string) =>
    slots.enter().then((stay) => {
      inside.push(name)
      return stay
    })
  return {enter, inside}
}

describe('makeSlots', () => {
  it('lets in as many as there is room for, in the order they came', async () => {
    const {enter, inside} = visitors(2)
    const stays = ['a', 'b', 'c', 'd'].map(enter)
    await settle()
    expect(inside).toEqual(['a', 'b'])
    const [first] = await Promise.all(stays.slice(0, 2))
    first?.rest()
    await settle()
    expect(inside).toEqual(['a', 'b', 'c'])
  })

  it('counts a place once, however often it is given back', async () => {
    const {enter, inside} = visitors(1)
    const first = await enter('a')
    for (const name of ['b', 'c']) void enter(name)
    first.rest()
    first.rest()
    await settle()
    expect(inside).toEqual(['a', 'b'])
  })

  it('lets who has begun back in at once, and nobody new until the limit holds again', async () => {
    const {enter, inside} = visitors(1)
    const first = await enter('a')
    first.rest()
    const second = await enter('b')
    first.resume()
    first.resume()
    void enter('c')
    second.rest()
    await settle()
    expect(inside).toEqual(['a', 'b'])
    first.rest()
    await settle()
    expect(inside).toEqual(['a', 'b', 'c'])
  })

  it('lets in eight for each place that have begun and only rest, and the next one when one leaves', async () => {
    const {enter, inside} = visitors(2)
    const stays = Array.from({length: 20}, async (_, index) => {
      const stay = await enter(String(index))
      stay.rest()
      return stay
    })
    await settle()
    expect(inside).toHaveLength(16)
    const first = await stays[0]
    first?.leave()
    first?.leave()
    await settle()
    expect(inside).toHaveLength(17)
  })

  it('lets one in per turn, so that a batch of starts delays nobody', async () => {
    const turns: (() => void)[] = []
    const {enter, inside} = visitors(8, async () => new Promise((resolve) => turns.push(resolve)))
    for (const name of ['a', 'b', 'c']) void enter(name)
    for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      await settle()
      expect(inside).toEqual(expected)
      turns.shift()?.()
    }
  })

  it('hands over 20,000 places without a pause that grows with the queue', async () => {
    const slots = makeSlots(16)
    const order: number[] = []
    await Promise.all(
      Array.from({length: 20_000}, async (_, index) => {
        const stay = await slots.enter()
        order.push(index)
        stay.leave()
      }),
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })
})
