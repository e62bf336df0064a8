/** The one document: its shared sections here, the others' schemas passed in, so that `config` imports no layer above it. */
import * as z from 'zod'
import {nameSchema} from './quantities.ts'
import {variablesSchema} from './variables.ts'
import {type TargetOptions, makeTargetSchema, paceShape} from './target-schema.ts'

export type {TargetDocument, TargetOptions} from './target-schema.ts'

export interface DocumentParts<Policy extends z.ZodType, Sections extends z.ZodRawShape> {
  /** By probe kind, the keys that only targets of that kind have. */
  readonly targetOptions: TargetOptions
  /** One policy under `policies`. */
  readonly policy: Policy
  /** Further sections by name, such as `faults`, `lab` and `drill`; the caller makes them optional. */
  readonly sections: Sections
}

/** What `defaults` holds: the pace of all targets that say nothing else. */
const defaultsSchema = z.strictObject(paceShape)

/** The schema of a whole document. Strict: a key that isn't known anywhere is an error. */
export function makeDocumentSchema<Policy extends z.ZodType, const Sections extends z.ZodRawShape>(
  parts: DocumentParts<Policy, Sections>,
) {
  return z.strictObject({
    version: z.literal(1).meta({description: 'The version of the document format.'}),
    include: z.array(z.string().min(1)).optional().meta({
      description:
        'Other documents whose targets are checked as well; paths count from the folder of this one.',
    }),
    variables: variablesSchema.optional(),
    defaults: defaultsSchema.optional(),
    targets: z.record(nameSchema, makeTargetSchema(parts.targetOptions)).optional(),
    policies: z.record(nameSchema, parts.policy).optional(),
    ...parts.sections,
  })
}
