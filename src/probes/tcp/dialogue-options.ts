import * as z from 'zod'
import {parsePayload} from '../udp/payload.ts'

const secret = z
  .boolean()
  .optional()
  .meta({description: 'What this step sends or captures is replaced in everything that is shown.'})

const expression = z
  .string()
  .min(1)
  .superRefine((source, context) => {
    try {
      compile(source)
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : ''
      context.addIssue({code: 'custom', message: `not a regular expression: ${reason}`})
    }
  })

const expectStep = z.strictObject({
  expect: expression.meta({
    description:
      'A regular expression that has to match what the server sends; ^ and $ match at lines. Named groups are captured.',
    examples: ['^220 (?<host>\\S+)'],
  }),
  capture: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .optional()
    .meta({description: 'The name for what the first group, or without one the whole expression, matched.'}),
  secret,
})

const bytesStep = z.strictObject({
  expect_bytes: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const parsed = parsePayload(text)
      if (!parsed.ok) context.addIssue({code: 'custom', message: parsed.because})
    })
    .meta({description: 'Octets that have to come, as text or as "hex:0a0b".'}),
})

const sendStep = z.strictObject({
  send: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const parsed = parsePayload(text)
      if (!parsed.ok) context.addIssue({code: 'custom', message: parsed.because})
    })
    .meta({description: 'Text to send as it is (add line ends yourself), or octets as "hex:0a0b".'}),
  secret,
})

export const dialogueSchema = z
  .array(z.union([expectStep, bytesStep, sendStep]))
  .min(1)
  .max(100)

export type DialogueStep = z.infer<typeof dialogueSchema>[number]

/**
 * The expression over octets as Latin-1, one character each, so that positions count octets; its own characters are
 * taken as UTF-8.
 */
export function compile(source: string): RegExp {
  return new RegExp(Buffer.from(source).toString('latin1'), 'm')
}
