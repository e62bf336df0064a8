/** The `alerts` section of a document, in netdrill's words and in those of a Prometheus rule file. */
import * as z from 'zod'
import {durationBetween, durationSchema} from '../../config/quantities.ts'
import {ALERT_PRESET_NAMES} from './presets.ts'

const DAY = 86_400_000

const labelName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {error: 'a label is made of letters, digits and underscores'})

const words = z.record(labelName, z.coerce.string())

const ruleShape = {
  name: z.string().min(1).max(200).optional().meta({description: 'What the alert is called.'}),
  alert: z.string().min(1).max(200).optional().meta({description: "The same as name, in Prometheus's word."}),
  condition: z
    .string()
    .optional()
    .meta({
      description: 'PromQL over the series of netdrill.',
      examples: ['rate(netdrill_connection_failures_total[5m]) > 0.1', 'time_since_last_success > 300'],
    }),
  expr: z.string().optional().meta({description: "The same as condition, in Prometheus's word."}),
  severity: z.string().min(1).optional().meta({description: 'Short for the label severity.'}),
  for: durationSchema.optional().meta({description: 'So long the condition has to hold until it fires.'}),
  keep_firing_for: durationSchema
    .optional()
    .meta({description: 'So long it goes on firing after the condition held for the last time.'}),
  labels: words.optional().meta({description: 'Added to those of the series.'}),
  annotations: words
    .optional()
    .meta({description: 'For people; {{ $labels.target }} and {{ $value }} are filled in.'}),
}

const RULE_KEYS = Object.keys(ruleShape) as readonly (keyof typeof ruleShape)[]

/** One strict shape for both kinds, so that a slip of the pen is shown where it is. */
const entrySchema = z
  .strictObject({
    ...ruleShape,
    preset: z
      .enum(ALERT_PRESET_NAMES)
      .optional()
      .meta({description: 'Takes all rules of a preset over; nothing else stands beside it.'}),
  })
  .superRefine((entry, context) => {
    const say = (message: string, path: readonly string[], advice: readonly string[]): void => {
      context.addIssue({code: 'custom', message, path: [...path], params: {advice, atKey: path.length > 0}})
    }
    if (entry.preset !== undefined) {
      const beside = RULE_KEYS.find((key) => entry[key] !== undefined)
      if (beside) say(`"${beside}" can not stand beside preset`, [beside], ['make it an entry of its own'])
      return
    }
    for (const [ours, theirs] of [
      ['name', 'alert'],
      ['condition', 'expr'],
    ] as const) {
      if (entry[ours] !== undefined && entry[theirs] !== undefined)
        say(`${theirs} says the same as ${ours}`, [theirs], ['keep one of them'])
      else if (entry[ours] === undefined && entry[theirs] === undefined)
        say(`"${ours}" is missing`, [], [`write ${ours}: or ${theirs}:`])
    }
    if (entry.severity !== undefined && entry.labels?.['severity'] !== undefined)
      say('severity says the same as the label severity', ['severity'], ['keep one of them'])
  })

export type AlertEntry = z.output<typeof entrySchema>

const listSchema = z.array(entrySchema)

/** A list of rules, or a mapping that says how often they are evaluated. */
export const alertsSchema = z.union([
  listSchema,
  z.strictObject({
    interval: durationBetween(100, DAY)
      .optional()
      .meta({description: 'Between two evaluations. By default 5s.'}),
    rules: listSchema,
  }),
])

export type AlertsDocument = z.output<typeof alertsSchema>
