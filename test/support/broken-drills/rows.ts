/** The rows of test/fixtures/broken-drills: for each bundled drill, how to break what it checks, and what must notice. */
import {readFileSync, readdirSync} from 'node:fs'
import {parse} from 'yaml'
import * as z from 'zod'

const rowSchema = z.strictObject({
  breaks: z.string().min(10).describe('what the client or the server no longer does'),
  set: z.record(z.string(), z.unknown()).default({}).describe('path in the document → value'),
  remove: z.array(z.string()).default([]).describe('paths in the document'),
  fails: z
    .array(z.string())
    .min(1)
    .describe('expectations and budgets that must not be met, as the verdict words them'),
  also: z.array(z.string()).default([]).describe('others that may not be met: consequences of the same'),
  sampled: z.literal(true).optional().describe('one of those that every run of the tests tries'),
})

export interface BrokenRow extends z.output<typeof rowSchema> {
  readonly drill: string
}

const folder = new URL('../../fixtures/broken-drills/', import.meta.url)

/** In the order of the files. Throws when one is not as it should be. */
export function readBrokenRows(): readonly BrokenRow[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  return files.toSorted().flatMap((file) => {
    const rows = z
      .record(z.string(), z.array(rowSchema).min(1))
      .parse(parse(readFileSync(new URL(file, folder), 'utf8')))
    return Object.entries(rows).flatMap(([drill, list]) => list.map((row) => ({drill, ...row})))
  })
}
