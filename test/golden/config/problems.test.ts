import {readFile} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import * as z from 'zod'
import {makeDocumentSchema} from '../../../src/config/document.ts'
import {toJsonSchema} from '../../../src/config/json-schema.ts'
import {loadDocument} from '../../../src/config/load.ts'
import {durationSchema} from '../../../src/config/quantities.ts'
import {isUserError} from '../../../src/core/errors.ts'
import {policySchema} from '../../../src/policies/schema.ts'
import {renderProblem} from '../../../src/reporters/problem.ts'

const fault = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('netem'), delay: durationSchema}),
  z.strictObject({kind: z.literal('rate')}),
])
const schema = makeDocumentSchema({
  targetOptions: {tls: {sni: z.string().optional()}, dns: {type: z.string().optional()}},
  policy: policySchema,
  sections: {faults: z.record(z.string(), fault).optional()},
})
const folder = new URL('../../fixtures/config/', import.meta.url)

describe('a document with every kind of mistake', () => {
  it('gets them all, in order, each with its place and what to write instead', async () => {
    const file = 'everything-wrong.yaml'
    const text = await readFile(new URL(file, folder), 'utf8')
    let shown = ''
    try {
      loadDocument({file, text, schema, env: () => undefined})
    } catch (error) {
      if (!isUserError(error)) throw error
      shown = error.problems.map((problem) => renderProblem(problem)).join('\n')
    }
    await expect(`${shown}\n`).toMatchFileSnapshot('everything-wrong.golden')
  })
})

describe('the JSON Schema of a document', () => {
  it('describes what people write, for every section', async () => {
    const json = toJsonSchema(schema, {
      title: 'netdrill document',
      id: 'https://netdrill.example/document.json',
    })
    await expect(`${JSON.stringify(json, null, 2)}\n`).toMatchFileSnapshot('document-schema.golden')
  })
})
