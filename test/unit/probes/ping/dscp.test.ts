import {describe, expect, it} from 'vitest'
import {dscpSchema, parseDscp} from '../../../../src/probes/ping/dscp.ts'

describe('a code point', () => {
  it.each([
    ['EF', 46],
    ['ef', 46],
    ['AF11', 10],
    ['AF13', 14],
    ['AF43', 38],
    ['CS0', 0],
    ['CS6', 48],
    ['LE', 1],
    ['VA', 44],
    ['BE', 0],
    ['0', 0],
    ['63', 63],
    ['64', null],
    ['AF44', null],
    ['CS8', null],
    ['-1', null],
    ['0x2e', null],
    ['toString', null],
    ['', null],
  ])('%j is %j', (text, expected) => {
    expect(parseDscp(text)).toBe(expected)
  })

  it.each([
    [46, 46],
    ['46', 46],
    ['EF', 46],
  ])('may be written as %j', (written, expected) => {
    expect(dscpSchema.parse(written)).toBe(expected)
  })

  it.each([[64], [-1], [4.5], ['EFF'], [true]])('may not be %j', (written) => {
    expect(dscpSchema.safeParse(written).success).toBe(false)
  })
})
