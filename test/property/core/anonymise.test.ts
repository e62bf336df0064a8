import fc from 'fast-check'
import {expect, it} from 'vitest'
import {createAnonymiser} from '../../../src/core/anonymise.ts'

const word = fc.constantFrom(
  'from',
  'to',
  'via',
  '"',
  ' ',
  ',',
  '(',
  ')',
  '/24',
  '=',
  '[',
  ']',
  '\n',
  '%eth0',
)
const address = fc.oneof(
  fc.ipV4().filter((ip) => !/^(?:0|127|255|22[4-9]|23\d)\./.test(ip)),
  fc.ipV6().filter((ip) => !/^ff/i.test(ip) && !/^[0:]+1?$/.test(ip)),
)

it('leaves no address in any text, and nothing to be found when it runs again', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(word, address, word), {maxLength: 8}), (parts) => {
      const text = parts.map(([before, ip, after]) => `${before} ${ip}${after} `).join('')
      const anonymise = createAnonymiser()
      const clean = anonymise(text)
      for (const [, ip] of parts) expect(clean.split(/[\s"/,()=[\]%]+/)).not.toContain(ip)
      expect(anonymise(clean)).toBe(clean)
    }),
  )
})
