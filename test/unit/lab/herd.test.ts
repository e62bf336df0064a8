import {describe, expect, it} from 'vitest'
import {mostWithin} from '../../../src/lab/servers/herd.ts'

describe('the most that begin within a window', () => {
  it.each([
    {times: [], most: 0},
    {times: [5], most: 1},
    {times: [0, 99, 100, 199, 300], most: 2},
    {times: [0, 0, 0, 50, 99, 100], most: 5},
    {times: [0, 150, 160, 170, 400], most: 3},
  ])('of $times is $most', ({times, most}) => {
    expect(mostWithin(times, 100)).toBe(most)
  })
})
