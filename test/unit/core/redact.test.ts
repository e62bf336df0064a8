import {describe, expect, it} from 'vitest'
import {REDACTED, createRedactor} from '../../../src/core/redact.ts'

describe('the redactor', () => {
  const secret = 'pa"ss/wörd+1'
  const redact = createRedactor([secret])

  it.each([
    ['as it is', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['escaped as in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in Base64', Buffer.from(secret).toString('base64')],
    ['in Base64 for URLs', Buffer.from(secret).toString('base64url')],
  ])('replaces a secret %s', (_name, form) => {
    expect(redact(`before ${form} after ${form}`)).toBe(`before ${REDACTED} after ${REDACTED}`)
  })

  it('replaces the longer of two overlapping secrets', () => {
    expect(createRedactor(['token', 'token-and-more'])('x token-and-more y')).toBe(`x ${REDACTED} y`)
  })

  it('leaves text alone when a value is too short to be a secret', () => {
    expect(createRedactor(['', 'a', 'abc'])('abc a b c')).toBe('abc a b c')
  })
})
