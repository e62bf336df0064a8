/** The published shape of `diagnose --json`. */
import * as z from 'zod'
import {FAILURES, FINDINGS} from '../core/codes/index.ts'
import {
  DIAGNOSIS_LAYERS,
  DIAGNOSIS_VERDICTS,
  type Diagnosis,
  type DiagnosisCode,
  STEP_STATES,
} from '../core/diagnosis.ts'
import {BLAMES} from '../core/failure.ts'
import {EXIT} from '../core/exit-codes.ts'

const CODES = Object.keys({...FAILURES, ...FINDINGS}) as DiagnosisCode[]
const EXITS = [EXIT.pass, EXIT.fail, EXIT.inconclusive, EXIT.interrupted, EXIT.terminated] as const

const layer = z.enum(DIAGNOSIS_LAYERS)
const code = z.enum(CODES)
const finding = z.strictObject({
  code,
  title: z.string(),
  layer,
  blame: z.enum(BLAMES),
  text: z.string().meta({description: 'What is wrong, in one sentence.'}),
  evidence: z.array(z.string()).meta({description: 'What was measured.'}),
  next: z.array(z.string()).meta({description: 'What to do, most helpful first.'}),
})
const milliseconds = z.number().min(0)

export const diagnosisSchema: z.ZodType<Diagnosis> = z.strictObject({
  schema: z.literal('netdrill/diagnosis/1'),
  version: z.string(),
  target: z.string(),
  started: z.iso.datetime(),
  duration_ms: milliseconds,
  verdict: z.enum(DIAGNOSIS_VERDICTS),
  exit: z.literal(EXITS),
  cause: finding.nullable(),
  not: z.array(layer).meta({description: 'Layers that were measured and passed.'}),
  warnings: z.array(finding).meta({description: 'Trouble that is no consequence of the cause.'}),
  suppressed: z
    .array(z.strictObject({code, layer, text: z.string(), because_of: code}))
    .meta({description: 'Seen, but only a consequence of another finding.'}),
  steps: z.array(
    z.strictObject({
      layer,
      status: z.enum(STEP_STATES),
      text: z.string(),
      ms: milliseconds.nullable().meta({description: 'The quickest measurement that succeeded.'}),
    }),
  ),
  controls: z.array(
    z.strictObject({
      target: z.string(),
      ok: z.boolean(),
      code: z.string().nullable(),
      ms: milliseconds.nullable(),
    }),
  ),
  unseen: z.array(z.string()).meta({description: 'What could not be looked at, and why.'}),
  inconclusive: z.string().nullable(),
})
