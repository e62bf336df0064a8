import {readFile} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {allExplanations, errorsPage} from '../../src/app/explain.ts'
import {EXIT} from '../../src/core/exit-codes.ts'

describe.each(allExplanations().map((entry) => [entry.code, entry] as const))('%s', (_, entry) => {
  it('has a short title without capital or full stop', () => {
    expect(entry.title).toMatch(/^[^A-Z]|^(?:TLS|DNS|TCP|ICMP|HTTP|STUN)\b/)
    expect(entry.title).not.toMatch(/[.!:]$/)
    expect(entry.title.length).toBeLessThanOrEqual(60)
  })

  it('has a meaning in whole sentences', () => {
    expect(entry.meaning).toMatch(/^(?:[^a-z]|netdrill|getaddrinfo).*\.$/s)
    expect(entry.meaning.length).toBeGreaterThan(20)
  })

  it('has advice that can be followed: lower case, no full stop, short', () => {
    for (const step of entry.advice) {
      expect(step).toMatch(/^[a-z]|^TLS 1/)
      expect(step).not.toMatch(/\.$/)
      expect(step.length).toBeLessThanOrEqual(120)
    }
  })

  it('is spelled AREA_REASON, or is a number', () => {
    expect(entry.code).toMatch(entry.kind === 'exit' ? /^\d+$/ : /^[A-Z]+(?:_[A-Z]+)*$/)
  })
})

describe('the codes together', () => {
  it('are unique', () => {
    const codes = allExplanations().map(({code}) => code)
    expect(codes.length).toBe(new Set(codes).size)
  })

  it('explain every exit code', () => {
    const explained = allExplanations().filter(({kind}) => kind === 'exit')
    expect(explained.map(({code}) => Number(code)).toSorted((a, b) => a - b)).toEqual(
      Object.values(EXIT).toSorted((a, b) => a - b),
    )
  })

  it('are what docs/errors.md says', async () => {
    const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
    expect(page, 'write it again: npm run generate').toBe(errorsPage())
  })
})
