/** The `toxics` of a `proxy` fault: as words, as on the command line of the proxy, or as keys. */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import type {ToxicEffect} from '../../core/proxy-effects.ts'
import {parseToxicWords, toxicOfPairs} from '../../lab/servers/toxics/toxic-words.ts'
import {TOXIC_KINDS, type ToxicKind} from '../../lab/servers/toxics/toxic.ts'
import type {ExpectedEffect} from '../fault.ts'

const KINDS = Object.keys(TOXIC_KINDS) as [ToxicKind, ...ToxicKind[]]
const ATTRIBUTES = [...new Set(Object.values(TOXIC_KINDS).flatMap((kind) => Object.keys(kind)))]
const value = z.union([z.string().min(1), z.number().min(0)])

const toxicObject = z
  .strictObject({
    type: z.enum(KINDS),
    stream: z.enum(['upstream', 'downstream']).optional(),
    toxicity: value.optional().describe('share of connections, such as 50%'),
    ...Object.fromEntries(ATTRIBUTES.map((name) => [name, value.optional()])),
  })
  .describe('a toxic by its keys; durations as in 100ms, shares as in 5%, other numbers bare')

export const toxicsSchema = z
  .array(
    z.union([z.string().min(1).describe('such as latency=100ms,jitter=20ms,stream=upstream'), toxicObject]),
  )
  .min(1)

export type ToxicText = z.output<typeof toxicsSchema>[number]

/** Throws `UserError` USAGE_INVALID. */
export function toxicEffect(text: ToxicText, protocol: 'tcp' | 'udp'): ToxicEffect {
  try {
    const toxic =
      typeof text === 'string'
        ? parseToxicWords(text, protocol)
        : toxicOfPairs(text.type, pairsOf(text), protocol)
    if (toxic.ttl !== undefined) throw new Error('a fault has its own time: leave out the ttl')
    const {type, stream, toxicity, attributes} = toxic
    return {type: 'toxic', kind: type, stream, toxicity, attributes, protocol}
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    const words = typeof text === 'string' ? text : text.type
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `the toxic "${words}" (${protocol}): ${because}`,
      advice:
        because === 'invalid toxic type'
          ? [`there are ${KINDS.join(', ')}; loss, duplicate and reorder need protocol: udp`]
          : [],
    })
  }
}

function pairsOf(toxic: Exclude<ToxicText, string>): readonly (readonly [string, string])[] {
  return Object.entries(toxic).flatMap(([key, one]) =>
    key === 'type' || one === undefined ? [] : [[key, String(one)] as const],
  )
}

export function describeToxic({kind, stream, toxicity, attributes}: ToxicEffect): string {
  const values = Object.entries(attributes).map(([name, one]) => `${name} ${one}`)
  const share = toxicity < 1 ? [`toxicity ${toxicity}`] : []
  const details = [...values, stream, ...share]
  return `${kind} (${details.join(', ')})`
}

const SILENT = ['timeout', 'stall']
const REFUSING = ['refuse', 'down', 'reset_peer']

/** What all of them do together to every connection; a share of them says nothing about a single sample. */
export function effectOfToxics(toxics: readonly ToxicEffect[]): ExpectedEffect {
  const sure = toxics.filter(({toxicity}) => toxicity === 1)
  const attribute = (kind: string, name: string): readonly number[] =>
    sure.flatMap((toxic) => (toxic.kind === kind ? [toxic.attributes[name] ?? 0] : []))
  if (sure.some(({kind, attributes}) => SILENT.includes(kind) && attributes['timeout'] === 0))
    return {blocked: 'drop'}
  if (sure.some(({kind, attributes}) => REFUSING.includes(kind) && (attributes['timeout'] ?? 0) === 0)) {
    return {blocked: 'reject'}
  }
  const delays = attribute('latency', 'latency')
  const jitters = attribute('latency', 'jitter')
  const rates = attribute('bandwidth', 'rate').filter((rate) => rate > 0)
  const losses = attribute('loss', 'probability')
  const variance = jitters.reduce((sum, jitter) => sum + (jitter * jitter) / 3, 0)
  return {
    ...(delays.length === 0
      ? {}
      : {rtt: {mean: delays.reduce((sum, one) => sum + one, 0), spread: Math.sqrt(variance)}}),
    ...(rates.length === 0 ? {} : {rate: Math.min(...rates) * 8000}),
    ...(losses.length === 0 ? {} : {loss: 1 - losses.reduce((through, loss) => through * (1 - loss), 1)}),
  }
}
