import {describe, expect, it} from 'vitest'
import {sinceStart} from '../../../src/scenarios/windows.ts'

describe('time since the start of a disturbance', () => {
  const disturbance = {begun: 4650, from: 5011, to: 6800}
  it.each([
    ['after the fault was read back', 5211, 200],
    ['when it was read back', 5011, 0],
    ['before it was read back, when nobody knows since when it acts: the longest that it can be', 4823, 173],
    ['before it began', 4600, 0],
  ])('%s', (_, at, is) => {
    expect(sinceStart(at, disturbance)).toBe(is)
  })
})
