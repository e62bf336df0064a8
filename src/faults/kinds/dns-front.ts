/** `dns-front`: a resolver that answers wrongly, late, cut or not at all. */
import * as z from 'zod'
import {
  DNS_ANSWERS,
  type DnsFrontAnswer,
  type FrontChoice,
  type ToxicEffect,
} from '../../core/proxy-effects.ts'
import {UserError} from '../../core/errors.ts'
import type {FailureCode} from '../../core/codes/index.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {durationSchema} from '../../config/quantities.ts'
import {typeNumber} from '../../probes/dns/codec/registry.ts'
import type {ExpectedEffect, FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'
import {choiceOf, choiceShape, hitsAll, listSchema, planFront} from './front-choice.ts'

const address = z.union([z.ipv4(), z.ipv6()])

export const dnsFrontSchema = z.strictObject({
  kind: z.literal('dns-front'),
  answer: z
    .enum(DNS_ANSWERS)
    .optional()
    .describe('in place of the real one; drop is silence, wrong gives `addresses`, malformed breaks off'),
  delay: durationSchema.optional().describe('before the answer, the real one as well'),
  names: listSchema.optional().describe('only these names; *.example.test is all below it'),
  types: listSchema.optional().describe('only these types, such as A and AAAA'),
  addresses: z
    .union([address, z.array(address).min(1)])
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .optional()
    .describe('of the wrong answer; a type without one has no data'),
  ttl: z.int().min(0).max(2_147_483_647).default(0).describe('of the wrong answer, in seconds'),
  tcp: z
    .enum(['serve', 'refuse'])
    .optional()
    .describe('whether TCP is there; with truncated it is refused if not given'),
  ...choiceShape,
  scope: scopeSchema.optional(),
})
interface DnsFrontSpec extends FrontChoice {
  readonly kind: 'dns-front'
  readonly answer?: DnsFrontAnswer | undefined
  readonly delay?: Millis | undefined
  readonly names?: readonly string[] | undefined
  readonly types?: readonly string[] | undefined
  readonly addresses?: readonly string[] | undefined
  readonly ttl: number
  readonly tcp?: 'serve' | 'refuse' | undefined
  readonly scope?: FaultScope | undefined
}

export const dnsFront: PlannedKind<DnsFrontSpec> = {
  kind: 'dns-front',
  summary: 'answer DNS questions wrongly, late, truncated or not at all, by name and type',
  example:
    'netdrill fault apply dns-front --proxy 127.0.0.1:5353=192.0.2.53:53 --set answer=servfail --for 1m',
  needs: [[]],
  schema: dnsFrontSchema,
  proxyOnly: true,
  needsDevice: false,
  shapes: false,
  plan: planDnsFront,
}

const REFUSE_TCP: ToxicEffect = {
  ...{type: 'toxic', kind: 'refuse', stream: 'downstream', toxicity: 1},
  attributes: {},
  protocol: 'tcp',
}

function planDnsFront(spec: DnsFrontSpec, situation: Situation): Blueprint {
  checkSense(spec)
  const {answer, delay = 0, names, types, addresses = [], ttl} = spec
  const refusesTcp = (spec.tcp ?? (answer === 'truncated' ? 'refuse' : 'serve')) === 'refuse'
  const front = {type: 'dns', choice: choiceOf(spec), names, types, delay, answer, addresses, ttl} as const
  return planFront(
    front,
    {
      what: [
        ...(answer === undefined
          ? []
          : [`DNS answers ${answer}${addresses.map((one) => ` ${one}`).join('')}`]),
        ...(delay === 0 ? [] : [`DNS answers ${formatDuration(delay)} late`]),
        ...(refusesTcp ? ['no TCP'] : []),
        ...(names ? [`for ${names.join(', ')}`] : []),
        ...(types ? [`of type ${types.join(', ')}`] : []),
      ],
      effect: effectOf(spec, refusesTcp),
      toxics: refusesTcp ? [REFUSE_TCP] : [],
    },
    situation,
  )
}

function checkSense({answer, delay, addresses, types, tcp}: DnsFrontSpec): void {
  const problem = (message: string): UserError => new UserError({code: 'USAGE_INVALID', message})
  if (answer === undefined && delay === undefined && tcp !== 'refuse') {
    throw problem('the dns-front fault asks for nothing: give an answer or a delay')
  }
  if ((answer === 'wrong') !== (addresses !== undefined)) {
    throw problem('the answer wrong needs addresses, and no other answer has them')
  }
  const stranger = types?.find((name) => typeNumber(name) === null)
  if (stranger !== undefined) {
    throw problem(
      `"${stranger}" is no type of DNS records; others than the usual ones are written as TYPE123`,
    )
  }
}

const CODES: Partial<Record<DnsFrontAnswer, FailureCode>> = {
  nxdomain: 'DNS_NXDOMAIN',
  servfail: 'DNS_SERVFAIL',
  refused: 'DNS_REFUSED',
  notimp: 'DNS_NOTIMP',
  formerr: 'DNS_FORMERR',
  nodata: 'DNS_NODATA',
  drop: 'DNS_TIMEOUT',
  malformed: 'DNS_MALFORMED',
}

function effectOf(spec: DnsFrontSpec, refusesTcp: boolean): ExpectedEffect {
  const {answer, delay, names, types} = spec
  const all = hitsAll(spec) && names === undefined && types === undefined
  const code = answer === 'truncated' && refusesTcp ? 'DNS_TRUNCATED' : answer && CODES[answer]
  if (code) return {fails: {kinds: ['dns'], codes: [code], all}}
  return delay !== undefined && answer === undefined && all ? {rtt: {mean: delay, spread: 0}} : {}
}
