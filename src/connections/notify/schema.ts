/** The `notify` section of a document: who is told, how, and about what. */
import * as z from 'zod'
import {durationBetween, nameSchema} from '../../config/quantities.ts'

const DAY = 86_400_000

/** `exhausted`: a target whose ladder is over; `mptcp`: one that works on fewer paths. `targets` tells of both, too. */
export const NOTIFY_KINDS = ['alerts', 'targets', 'groups', 'exhausted', 'mptcp'] as const
export type NotifyKind = (typeof NOTIFY_KINDS)[number]

const url = z
  .string()
  .regex(/^https?:\/\//, {error: 'a webhook is a URL that begins with http:// or https://'})
  .refine((text) => URL.canParse(text.replaceAll(/\{[\w.-]+\}/g, 'server')), {error: 'this is not a URL'})

const receiverSchema = z
  .strictObject({
    webhook: url.optional().meta({description: 'Gets every message as a POST of JSON.'}),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/), z.string())
      .optional()
      .meta({description: 'Sent with a webhook; secrets as ${NAME} or ${file:PATH}.'}),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .meta({description: 'A program and its arguments; it gets the message as JSON on standard input.'}),
    bell: z.literal(true).optional().meta({description: 'Rings the bell of the terminal.'}),
    on: z
      .array(z.enum(NOTIFY_KINDS))
      .min(1)
      .optional()
      .meta({description: 'What it is told about. By default alerts.'}),
    severity: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({description: 'Only alerts with one of these in their label severity.'}),
    wait: durationBetween(0, DAY)
      .optional()
      .meta({description: 'What comes within this time is told in one message. By default 2s.'}),
    interval: durationBetween(0, DAY)
      .optional()
      .meta({description: 'At least so long between two messages. By default 30s.'}),
    repeat: z
      .union([z.literal('never'), durationBetween(1000, 365 * DAY)])
      .optional()
      .meta({description: 'Reminds of what still lasts. By default 4h.'}),
    resolve: z.boolean().optional().meta({description: 'Tells when it is over, too. By default true.'}),
    timeout: durationBetween(100, DAY).optional().meta({description: 'For one attempt. By default 10s.'}),
    policy: nameSchema
      .optional()
      .meta({description: 'How a message is sent again. By default six times in two minutes.'}),
  })
  .superRefine((receiver, context) => {
    const say = (message: string, path: readonly string[]): void => {
      context.addIssue({code: 'custom', message, path: [...path], params: {atKey: path.length > 0}})
    }
    const ways = (['webhook', 'command', 'bell'] as const).filter((way) => receiver[way] !== undefined)
    if (ways.length === 0) say('how is it told? One of webhook, command and bell is needed', [])
    for (const way of ways.slice(1))
      say(`a receiver is told in one way: ${ways[0] ?? ''} is there already`, [way])
    if (receiver.headers && receiver.webhook === undefined) say('headers only go with a webhook', ['headers'])
  })

export type ReceiverDocument = z.output<typeof receiverSchema>

export const notifySchema = z.record(nameSchema, receiverSchema)
