/** JSON Schemas for editors, made from the same schemas that check a document. */
import * as z from 'zod'

export interface JsonSchemaLabels {
  readonly title: string
  /** The schema's `$id`, an absolute URI. */
  readonly id: string
}

/** The schema of what people write (before texts become numbers), in draft 2020-12. */
export function toJsonSchema(schema: z.ZodType, {title, id}: JsonSchemaLabels): Record<string, unknown> {
  const {$schema, ...body} = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
  })
  return {$schema, $id: id, title, ...body}
}
