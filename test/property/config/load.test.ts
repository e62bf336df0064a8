import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import * as z from 'zod'
import {makeDocumentSchema} from '../../../src/config/document.ts'
import {loadDocument} from '../../../src/config/load.ts'
import {problemsIn} from '../../unit/config/support.ts'
import {policySchema} from '../../../src/policies/schema.ts'

const schema = makeDocumentSchema({
  targetOptions: {tls: {sni: z.string().optional()}},
  policy: policySchema,
  sections: {},
})

const lines = fc.constantFrom(
  'version: 1',
  'targets:',
  '  api: tcp://h:1',
  '  web: {url: "tls://h:1", sni: h}',
  '  api: {url: 5}',
  '    expect: ["ok == true", "loss < 5"]',
  'policies: {p: {timeout: 5s, retry: {jitter: full}}}',
  'defaults: &d {interval: 1s}',
  '  <<: *d',
  '- x',
  'a: "${A} ${B}"',
  '\t',
  '{',
  '"',
  'policies: null',
)

describe('loadDocument', () => {
  it('never throws anything but a UserError whose problems lie inside the text', () => {
    const text = fc.oneof(
      fc.string({unit: 'binary'}),
      fc.array(lines, {maxLength: 8}).map((list) => list.join('\n')),
    )
    fc.assert(
      fc.property(text, (source) => {
        const env = (name: string): string | undefined => (name === 'A' ? 'value' : undefined)
        const found = problemsIn(() => loadDocument({file: 'x.yaml', text: source, schema, env}))
        const lineCount = source.split(/\r?\n/).length
        const places = found.map((problem) => problem.position)
        const inside = places.every(
          (place) => place && place.line >= 1 && place.line <= lineCount + 1 && place.column >= 1,
        )
        expect(inside).toBe(true)
      }),
      {numRuns: 250},
    )
  })
})
