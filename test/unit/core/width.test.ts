import {describe, expect, it} from 'vitest'
import {cutToWidth, displayWidth, fitToWidth, simplifyGlyphs, wrapToWidth} from '../../../src/core/width.ts'

describe('display width', () => {
  it.each([
    ['ascii', 'abc', 3],
    ['a combining accent', 'e\u0301', 1],
    ['Chinese', '東京', 4],
    ['Korean', '서울', 4],
    ['full-width Latin', 'ＡＢ', 4],
    ['half-width Katakana', 'ｱｲ', 2],
    ['an emoji', '🚀', 2],
    ['our own signs', '▁█×●↻✓✗░▒▓│▼…', 13],
    ['a zero-width space', 'a\u200Bb', 2],
  ])('of %s', (_name, text, width) => {
    expect(displayWidth(text)).toBe(width)
  })
})

describe('cutting and fitting', () => {
  it('marks a cut', () => {
    expect(cutToWidth('reconnecting', 6)).toBe('recon…')
    expect(cutToWidth('reconnecting', 12)).toBe('reconnecting')
    expect(cutToWidth('abc', 0)).toBe('')
  })

  it('never splits a wide character', () => {
    expect(cutToWidth('東京都', 4)).toBe('東…')
    expect(fitToWidth('東京都', 4)).toBe('東… ')
    expect(fitToWidth('12', 4, 'right')).toBe('  12')
  })
})

describe('wrapping', () => {
  it.each([
    ['at spaces', 'one two three', 7, ['one two', 'three']],
    ['inside a long word', 'abcdefgh ij', 5, ['abcde', 'fgh', 'ij']],
    ['nothing', '', 5, ['']],
  ])('breaks %s', (_name, text, width, lines) => {
    expect(wrapToWidth(text, width)).toEqual(lines)
  })
})

describe('glyphs that terminals disagree about', () => {
  it.each([
    ['a family', '👨‍👩‍👧', '👨'],
    ['a heart with a variation selector', '❤️', '❤'],
    ['a flag', '🇩🇪', '□'],
    ['a decomposed letter', 'e\u0301', 'é'],
    ['plain text', 'api-1', 'api-1'],
  ])('are simplified: %s', (_name, text, simple) => {
    expect(simplifyGlyphs(text)).toBe(simple)
  })
})
