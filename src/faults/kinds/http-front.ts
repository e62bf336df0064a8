/** `http-front`: an HTTP server that answers with a status, asks to wait, forgets tokens, is slow or breaks off. */
import * as z from 'zod'
import type {FailureCode} from '../../core/codes/index.ts'
import {UserError} from '../../core/errors.ts'
import type {FrontChoice, HttpFrontEffect} from '../../core/proxy-effects.ts'
import {
  type BitsPerSecond,
  type Millis,
  type Ratio,
  formatDuration,
  formatPercent,
  formatRate,
} from '../../core/units.ts'
import {durationSchema, percentSchema, rateSchema} from '../../config/quantities.ts'
import {judgeStatus} from '../../probes/http/status.ts'
import type {ExpectedEffect, FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'
import {choiceOf, choiceShape, hitsAll, listSchema, planFront} from './front-choice.ts'

/** RFC 9110 §5.1 and §5.5. */
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'no name of a header')
const headerValue = z.string().regex(/^[\t\u0020-\u007E\u0080-\u00FF]*$/, 'a header has no line breaks')

export const httpFrontSchema = z.strictObject({
  kind: z.literal('http-front'),
  status: z.int().min(200).max(599).optional().describe('answered; the server is not asked'),
  retry_after: durationSchema.optional().describe('whole seconds, in the header Retry-After'),
  headers: z.record(headerName, headerValue).optional().describe('added to the answer'),
  body: z.string().optional().describe('of the answer'),
  expire_token: z
    .boolean()
    .optional()
    .describe('401 for the credentials that come first, and for none; others pass'),
  refresh: z
    .string()
    .startsWith('/')
    .optional()
    .describe('expire_token: 401 for all credentials until this path has answered with success'),
  delay: durationSchema.optional().describe('before the first byte of the answer'),
  header_time: durationSchema.optional().describe('the headers take so long, byte by byte'),
  body_rate: rateSchema.optional().describe('of the body'),
  cut: percentSchema.optional().describe('the body ends after this share of it'),
  cut_by: z.enum(['fin', 'reset']).optional().describe('how it ends; fin if not given'),
  close: z
    .enum(['announced', 'silently'])
    .optional()
    .describe('the connection ends after the answer: as a header says, or although it was kept alive'),
  methods: listSchema.optional().describe('only these, such as GET'),
  paths: listSchema.optional().describe('only paths that begin so'),
  ...choiceShape,
  scope: scopeSchema.optional(),
})
interface HttpFrontSpec extends FrontChoice {
  readonly kind: 'http-front'
  readonly status?: number | undefined
  readonly retry_after?: Millis | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
  readonly expire_token?: boolean | undefined
  readonly refresh?: string | undefined
  readonly delay?: Millis | undefined
  readonly header_time?: Millis | undefined
  readonly body_rate?: BitsPerSecond | undefined
  readonly cut?: Ratio | undefined
  readonly cut_by?: 'fin' | 'reset' | undefined
  readonly close?: 'announced' | 'silently' | undefined
  readonly methods?: readonly string[] | undefined
  readonly paths?: readonly string[] | undefined
  readonly scope?: FaultScope | undefined
}

export const httpFront: PlannedKind<HttpFrontSpec> = {
  kind: 'http-front',
  summary:
    'answer HTTP requests with a status, let tokens expire, slow headers and bodies, or break them off',
  example:
    'netdrill fault apply http-front --proxy 127.0.0.1:8080=10.0.0.2:80 --set status=503 --set retry_after=30s --for 1m',
  needs: [[]],
  schema: httpFrontSchema,
  proxyOnly: true,
  needsDevice: false,
  shapes: false,
  plan: planHttpFront,
}

function planHttpFront(spec: HttpFrontSpec, situation: Situation): Blueprint {
  checkSense(spec)
  const front = frontOf(spec)
  return planFront(
    front,
    {
      what: describe(spec),
      effect: effectOf(spec),
      notes: ['with TLS the front shows a certificate of its own authority, and speaks HTTP/1.1 only'],
    },
    situation,
  )
}

function frontOf(spec: HttpFrontSpec): HttpFrontEffect {
  const {status, body, methods, paths, close, cut, refresh} = spec
  const wait = spec.retry_after
  return {
    type: 'http',
    choice: choiceOf(spec),
    ...{methods, paths, status, body, close},
    delay: spec.delay ?? 0,
    headers: {
      ...(wait === undefined ? {} : {'Retry-After': String(Math.ceil(wait / 1000))}),
      ...spec.headers,
    },
    token: spec.expire_token ? {refresh} : undefined,
    headerTime: spec.header_time ?? 0,
    bodyRate: spec.body_rate === undefined ? undefined : spec.body_rate / 8,
    cut: cut === undefined ? undefined : {share: cut, how: spec.cut_by ?? 'fin'},
  }
}

function checkSense(spec: HttpFrontSpec): void {
  if (describe(spec).every((part) => part.startsWith('only '))) {
    throw problem(
      'the http-front fault asks for nothing: give a status, expire_token, delay, header_time, body_rate, cut or close',
    )
  }
  if (spec.expire_token && spec.status !== undefined) {
    throw problem('expire_token answers 401 by itself: leave out the status')
  }
  if (spec.refresh !== undefined && !spec.expire_token) throw problem('refresh goes with expire_token')
  if (spec.cut_by !== undefined && spec.cut === undefined) throw problem('cut_by goes with cut')
  if (spec.body_rate !== undefined && spec.body_rate < 8)
    throw problem('a body_rate is at least 8bit, a byte per second')
}

function problem(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}

function describe(spec: HttpFrontSpec): readonly string[] {
  const {methods, paths} = spec
  return [
    ...describeAnswer(spec),
    ...describeManner(spec),
    when(methods?.join(', '), 'only'),
    when(paths?.join(', '), 'only'),
  ].filter((part) => part !== '')
}

function describeAnswer(spec: HttpFrontSpec): readonly string[] {
  const {status, retry_after: retryAfter, headers = {}, body, expire_token: expires, refresh} = spec
  const names = Object.keys(headers).join(', ')
  const until = refresh === undefined ? '' : ` until ${refresh} was asked`
  return [
    when(status, 'HTTP'),
    retryAfter === undefined ? '' : `Retry-After ${formatDuration(retryAfter)}`,
    when(names === '' ? undefined : names, 'headers'),
    body === undefined ? '' : 'another body',
    expires ? `tokens expired${until}` : '',
  ]
}

function describeManner(spec: HttpFrontSpec): readonly string[] {
  const {delay, header_time: headerTime, body_rate: bodyRate, cut, cut_by: cutBy = 'fin', close} = spec
  return [
    delay === undefined ? '' : `answers ${formatDuration(delay)} late`,
    headerTime === undefined ? '' : `headers within ${formatDuration(headerTime)}`,
    bodyRate === undefined ? '' : `bodies at ${formatRate(bodyRate)}`,
    cut === undefined ? '' : `bodies end after ${formatPercent(cut)} by ${cutBy}`,
    close === undefined ? '' : `connections end after the answer (${close})`,
  ]
}

function when(value: string | number | undefined, word: string): string {
  return value === undefined ? '' : `${word} ${value}`
}

function effectOf(spec: HttpFrontSpec): ExpectedEffect {
  const all = hitsAll(spec) && spec.methods === undefined && spec.paths === undefined
  const fails = (code: FailureCode, every = all): ExpectedEffect => ({
    fails: {kinds: ['http'], codes: [code], all: every},
  })
  if (spec.expire_token) return fails('HTTP_UNAUTHORIZED', false)
  if (spec.status !== undefined) {
    const code = codeOfStatus(spec.status)
    return code === null ? {} : fails(code)
  }
  return spec.cut !== undefined && spec.cut < 1
    ? fails(spec.cut_by === 'reset' ? 'TCP_RESET' : 'HTTP_INCOMPLETE')
    : {}
}

/** What a probe with its defaults says to a status. */
export function codeOfStatus(status: number): FailureCode | null {
  const answered = {url: '', status, reason: '', expected: ['2xx', '3xx'], retryAfter: null}
  return judgeStatus(answered)?.code ?? null
}
