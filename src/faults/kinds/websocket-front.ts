/** `websocket-front`: WebSocket connections that end in each way there is, never begin, or answer pings wrongly. */
import * as z from 'zod'
import type {FailureCode} from '../../core/codes/index.ts'
import {UserError} from '../../core/errors.ts'
import {type FrontChoice, WEBSOCKET_ENDS, type WebSocketEnd} from '../../core/proxy-effects.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {durationBetween, durationSchema} from '../../config/quantities.ts'
import type {ExpectedEffect, FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'
import {choiceOf, choiceShape, hitsAll, listSchema, planFront} from './front-choice.ts'
import {codeOfStatus} from './http-front.ts'

const HOUR: Millis = 3_600_000

export const websocketFrontSchema = z.strictObject({
  kind: z.literal('websocket-front'),
  end: z
    .enum(WEBSOCKET_ENDS)
    .describe(
      'close: a close frame; fin: without one; reset; silence: not even pongs; refuse: no upgrade; late-pongs: they come `by` later; old-pongs: those of earlier pings',
    ),
  wait: durationSchema.optional().describe('after the upgrade; at once if not given'),
  code: z.int().min(1000).max(4999).optional().describe('of the close frame; 1011 if not given'),
  reason: z.string().max(100).optional().describe('of the close frame'),
  status: z.int().min(200).max(599).optional().describe('of the refusal; 503 if not given'),
  by: durationBetween(1, HOUR).optional().describe('of late-pongs: how late; 6s if not given'),
  paths: listSchema.optional().describe('only paths that begin so'),
  ...choiceShape,
  scope: scopeSchema.optional(),
})
interface WebSocketFrontSpec extends FrontChoice {
  readonly kind: 'websocket-front'
  readonly end: WebSocketEnd
  readonly wait?: Millis | undefined
  readonly code?: number | undefined
  readonly reason?: string | undefined
  readonly status?: number | undefined
  readonly by?: Millis | undefined
  readonly paths?: readonly string[] | undefined
  readonly scope?: FaultScope | undefined
}

export const websocketFront: PlannedKind<WebSocketFrontSpec> = {
  kind: 'websocket-front',
  summary: 'end WebSockets by a close frame, FIN, RST or silence, refuse them, or let pongs be late or old',
  example:
    'netdrill fault apply websocket-front --proxy 127.0.0.1:8080=10.0.0.2:80 --set end=silence --set wait=5s --for 1m',
  needs: [[]],
  schema: websocketFrontSchema,
  proxyOnly: true,
  needsDevice: false,
  shapes: false,
  plan: planWebSocketFront,
}

const CODE = 1011
const STATUS = 503
/** A second more than what clients commonly wait for a pong. */
const BY: Millis = 6000

function planWebSocketFront(spec: WebSocketFrontSpec, situation: Situation): Blueprint {
  checkSense(spec)
  const {end, wait = 0, code = CODE, reason = '', status = STATUS, by = BY, paths} = spec
  const choice = choiceOf(spec)
  const front = {type: 'websocket', choice, paths, end, wait, code, reason, status, by} as const
  const ending: Readonly<Record<WebSocketEnd, string>> = {
    close: `WebSockets closed with code ${code}`,
    fin: 'WebSockets ended without a close frame',
    reset: 'WebSockets reset',
    silence: 'WebSockets silent',
    refuse: `upgrades refused with HTTP ${status}`,
    'late-pongs': `pongs ${formatDuration(by)} late`,
    'old-pongs': 'pongs that answer earlier pings',
  }
  return planFront(
    front,
    {
      what: [
        ending[end],
        ...(wait === 0 ? [] : [`${formatDuration(wait)} after the upgrade`]),
        ...(paths ? [`only ${paths.join(', ')}`] : []),
      ],
      effect: effectOf(spec),
      notes: ['with TLS the front shows a certificate of its own authority'],
    },
    situation,
  )
}

function checkSense({end, wait, code, reason, status, by}: WebSocketFrontSpec): void {
  const misplaced: readonly (readonly [boolean, string])[] = [
    [end === 'refuse' && wait !== undefined, 'what is refused never begins: leave out wait'],
    [end !== 'close' && (code ?? reason) !== undefined, 'code and reason go with end: close'],
    [end !== 'refuse' && status !== undefined, 'status goes with end: refuse'],
    [end !== 'late-pongs' && by !== undefined, 'by goes with end: late-pongs'],
  ]
  const message = misplaced.find(([is]) => is)?.[1]
  if (message !== undefined) throw new UserError({code: 'USAGE_INVALID', message})
}

function effectOf(spec: WebSocketFrontSpec): ExpectedEffect {
  const codes = codesOf(spec)
  const all = hitsAll(spec) && spec.paths === undefined && (spec.wait ?? 0) === 0
  return codes.length === 0 ? {} : {fails: {kinds: ['websocket'], codes, all}}
}

function codesOf({end, code = CODE, status = STATUS}: WebSocketFrontSpec): readonly FailureCode[] {
  switch (end) {
    case 'close':
      return [closeCode(code)]
    case 'fin':
      return ['WS_DROPPED']
    case 'reset':
      return ['TCP_RESET']
    case 'silence':
    case 'old-pongs':
      return ['WS_PONG_TIMEOUT']
    // Whether that is too late is the client's affair.
    case 'late-pongs':
      return []
    case 'refuse':
      return [codeOfStatus(status) ?? 'WS_NOT_UPGRADED']
  }
}

/** As the probe reads close codes (RFC 6455 §7.4). */
function closeCode(code: number): FailureCode {
  if ([1008, 3000, 3003].includes(code)) return 'WS_CLOSED_POLICY'
  return [1012, 1013].includes(code) ? 'WS_CLOSED_BUSY' : 'WS_CLOSED'
}
