import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {STARTTLS_PROTOCOLS} from '../../../../src/probes/starttls/protocols.ts'
import {planDialogue} from '../../../../src/probes/starttls/steps.ts'
import {SCRIPTS} from '../../../support/starttls-servers.ts'

const CONTEXT = {host: 'example.org', localAddress: '192.0.2.7'}

describe.each(STARTTLS_PROTOCOLS)('%s', (protocol) => {
  const steps = planDialogue(protocol, CONTEXT).flatMap(({hear}, index) =>
    hear ? [{hear, good: Buffer.from(SCRIPTS[protocol][index]?.good ?? '')}] : [],
  )
  const step = fc.constantFrom(...steps)

  test('random octets are judged without an exception, and never more of them are used than there are', () => {
    fc.assert(
      fc.property(step, fc.uint8Array({maxLength: 300}), ({hear}, bytes) => {
        const heard = hear(bytes)
        expect(heard.type === 'go' ? heard.used : 0).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })

  test('a good answer that was changed anywhere is judged without an exception', () => {
    const change = fc.record({at: fc.nat(), octet: fc.integer({min: 0, max: 255}), cut: fc.boolean()})
    fc.assert(
      fc.property(step, fc.array(change, {minLength: 1, maxLength: 4}), ({hear, good}, changes) => {
        let bytes = Buffer.from(good)
        for (const {at, octet, cut} of changes) {
          const index = at % (bytes.length + 1)
          bytes = Buffer.concat([
            bytes.subarray(0, index),
            Buffer.of(octet),
            bytes.subarray(cut ? index + 1 : index),
          ])
        }
        const heard = hear(bytes)
        expect(heard.type === 'go' ? heard.used : 0).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })

  test('what has been judged does not change when more arrives', () => {
    fc.assert(
      fc.property(step, fc.nat(), fc.uint8Array({maxLength: 40}), ({hear, good}, cut, more) => {
        const bytes = Buffer.concat([good.subarray(0, cut % (good.length + 1)), more])
        const heard = hear(bytes)
        fc.pre(heard.type !== 'more')
        expect(hear(Buffer.concat([bytes, Buffer.from('\r\n220 more')])).type).toBe(heard.type)
      }),
    )
  })
})
