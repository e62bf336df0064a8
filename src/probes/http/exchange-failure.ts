/** Why an exchange failed: by step, code and what had arrived, never by message text. */
import {type FailureCode, makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {HttpExchangeResult, NetError} from '../../core/ports.ts'
import {shorten, stripControl} from '../../core/text.ts'
import {formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import type {AbortOwner} from '../shared/deadline.ts'
import {alertOfCode} from '../tls/alerts.ts'
import {explainHandshake} from '../tls/handshake-failure.ts'
import type {Handshake} from '../tls/shake-hands.ts'

export interface ExchangeContext {
  readonly peer: string
  readonly family: Family
  /** Null without TLS. */
  readonly handshake: Handshake | null
  /** Whose patience ended, where that ended the exchange. */
  readonly owner: AbortOwner | null
}

type Unfinished = Exclude<HttpExchangeResult, {readonly status: 'complete'}>

export function explainExchange(result: Unfinished, context: ExchangeContext): Failure {
  return result.status === 'aborted' ? explainAbort(result, context) : explainError(result, context)
}

function explainAbort(
  {step, head, body}: Extract<Unfinished, {status: 'aborted'}>,
  {peer, owner}: ExchangeContext,
): Failure {
  if (owner?.by !== 'deadline') return makeFailure('CANCELLED', `the request to ${peer} was cancelled`)
  const within = `within ${formatDuration(owner.after)}`
  if (step === 'request')
    return makeFailure('HTTP_SEND_TIMEOUT', `${peer} did not take the request ${within}`)
  if (head) {
    const so = `${body.received} octets of it had come`
    return makeFailure('HTTP_BODY_TIMEOUT', `${peer}: the body did not end ${within}; ${so}`)
  }
  const so = step === 'download' ? ', only a part of its head' : ''
  return makeFailure('HTTP_TIMEOUT', `${peer} sent no response ${within}${so}`)
}

/** Codes whose meaning depends on nothing else. */
const CODES: Readonly<Record<string, FailureCode>> = {
  HPE_HEADER_OVERFLOW: 'HTTP_HEADERS_TOO_LARGE',
  UND_ERR_HEADERS_OVERFLOW: 'HTTP_HEADERS_TOO_LARGE',
  UND_ERR_INFO: 'HTTP_STREAM',
  // undici asserts in place of telling, where a switch of protocols comes that nobody asked for.
  ERR_ASSERTION: 'HTTP_MALFORMED',
}

/** The parser's word for an end in the middle of a message. */
const CUT_SHORT: ReadonlySet<string> = new Set(['HPE_INVALID_EOF_STATE', 'UND_ERR_SOCKET'])

type Failed = Extract<Unfinished, {status: 'failed'}>

function explainError(result: Failed, context: ExchangeContext): Failure {
  const {error, step, head} = result
  const {peer, family, handshake} = context
  if (handshake && alertOfCode(error.code) !== null) {
    return explainHandshake({by: 'error', error}, handshake.side, handshake.context)
  }
  const code = codeOf(result)
  if (code === null) {
    return classifyNetError(error, {stage: step === 'request' ? 'send' : 'receive', peer, family})
  }
  const {cause, advice} = {cause: error.code, advice: adviceFor(code, result)}
  return makeFailure(code, `${peer} ${SAY[code]?.(result) ?? 'failed'}`, {
    cause,
    ...(advice.length > 0 ? {advice} : {}),
    ...(head === null && code === 'HTTP_STREAM' && step === 'request' ? {stage: 'send'} : {}),
  })
}

function codeOf({error: {code}, head, first}: Failed): FailureCode | null {
  const fixed = CODES[code]
  if (fixed) return fixed
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return head ? 'HTTP_INCOMPLETE' : 'HTTP_MALFORMED'
  if (CUT_SHORT.has(code)) {
    if (head) return 'HTTP_INCOMPLETE'
    return first.length > 0 && !isHeadBegun(first) ? 'HTTP_MALFORMED' : 'HTTP_CLOSED'
  }
  if (code.startsWith('HPE_')) return 'HTTP_MALFORMED'
  return code.startsWith('ERR_HTTP2_') ? 'HTTP_STREAM' : null
}

/** A final response was under way; an informational one that nobody asked for (100, 101) is a fault in itself. */
function isHeadBegun(first: Uint8Array): boolean {
  const text = textOf(first)
  return 'HTTP/1.'.startsWith(text.slice(0, 7)) && !/^HTTP\/1\.\d 10[01]/.test(text)
}

const SAY: Readonly<Partial<Record<FailureCode, (result: Failed) => string>>> = {
  HTTP_HEADERS_TOO_LARGE: () => 'sent a response head of more than 64 KiB',
  HTTP_INCOMPLETE: ({body}) =>
    `ended the connection after ${body.received} octets of the body, before its end`,
  HTTP_CLOSED: ({first}) =>
    first.length > 0
      ? 'closed the connection within the response head'
      : 'closed the connection without a response',
  HTTP_MALFORMED: ({first, head, error}) =>
    head
      ? `sent a body that can not be read (${error.code})`
      : `answered with something else than HTTP: ${quote(first)} (${error.code})`,
  HTTP_STREAM: ({error}) => `ended the HTTP/2 stream: ${describe(error)}`,
}

function describe({code, message}: NetError): string {
  return `${shorten(stripControl(message), 100)} (${code})`
}

function quote(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'nothing' : JSON.stringify(shorten(stripControl(textOf(bytes)), 60))
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** A TLS alert or ServerHello record in plain sight (RFC 8446 section 5.1). */
function adviceFor(code: FailureCode, {first}: Failed): readonly string[] {
  const record = first[0] === 0x15 || first[0] === 0x16
  return code === 'HTTP_MALFORMED' && record && first[1] === 0x03
    ? ['the port speaks TLS: write https://']
    : []
}
