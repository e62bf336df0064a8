import fc from 'fast-check'
import {expect, it} from 'vitest'
import {InOrder} from '../../../src/connections/in-order.ts'

it('delivers every result once and in the order of the numbers, whatever order they come in', () => {
  const order = fc.integer({min: 0, max: 50}).chain((length) =>
    fc.shuffledSubarray(
      Array.from({length}, (_, index) => index),
      {minLength: length},
    ),
  )
  fc.assert(
    fc.property(order, (numbers) => {
      const delivered: number[] = []
      const queue = new InOrder<number>((value) => delivered.push(value))
      for (const number of numbers) queue.put(number, number % 3 === 0 ? null : number)
      expect(delivered).toEqual(numbers.filter((number) => number % 3 !== 0).toSorted((a, b) => a - b))
    }),
  )
})
