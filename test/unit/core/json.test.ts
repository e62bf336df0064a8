import {describe, expect, it} from 'vitest'
import {toJsonLine} from '../../../src/core/json.ts'

describe('toJsonLine', () => {
  it.each([
    [{at: 1.8725720001384616}, '{"at":1.873}'],
    [{loss: 0.000412345678}, '{"loss":0.000412346}'],
    [{n: 12, text: '1.23456789', list: [100.00049]}, '{"n":12,"text":"1.23456789","list":[100]}'],
  ])('cuts fractions to what is meant', (value, text) => {
    expect(toJsonLine(value)).toBe(text)
  })
})
