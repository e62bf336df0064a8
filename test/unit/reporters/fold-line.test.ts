import {describe, expect, it} from 'vitest'
import {foldLine} from '../../../src/reporters/fold-line.ts'

describe('foldLine', () => {
  it.each([
    ['name  ok  it fits', 20, ['name  ok  it fits']],
    ['name  ok  what it found here', 20, ['name  ok  what it', '          found here']],
    ['a-long-name  missing  no tc', 20, ['a-long-name missing', '    no tc']],
    ['               remedy: apt', 20, ['    remedy: apt']],
    ['words without any column', 10, ['words', 'without', 'any column']],
  ])('"%s" at %i', (line, width, lines) => {
    expect(foldLine(line, width)).toEqual(lines)
  })
})
