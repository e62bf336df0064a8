/** Why a handshake failed: by alert number, by what the server sent and by error code, never by message text. */
import {makeFailure, type FailureCode} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {NetError, TlsVersion} from '../../core/ports.ts'
import {formatDuration, type Millis} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {codeOfAlert} from './alert-codes.ts'
import {alertName, alertOfCode} from './alerts.ts'
import {shortName} from './distinguished-name.ts'
import {describePlaintext} from './plaintext.ts'
import {versionNumber} from './registry.ts'
import type {ServerSide} from './transcript.ts'

/** What we offered, for the message and to tell cases apart. */
export interface HandshakeContext {
  /** `192.0.2.1:443`. */
  readonly peer: string
  readonly family: Family
  readonly sni: string | null
  readonly alpn: readonly string[]
  readonly min: TlsVersion
  readonly max: TlsVersion
  /** A client certificate was at hand. */
  readonly identity: boolean
}

/** How it ended, as the port reported it. */
export type HandshakeEnd =
  | {readonly by: 'error'; readonly error: NetError}
  | {readonly by: 'deadline'; readonly after: Millis}
  | {readonly by: 'user'}
  /** The server closed after the handshake without a word, although it had asked for a certificate. */
  | {readonly by: 'silent-close'}

export function explainHandshake(end: HandshakeEnd, side: ServerSide, context: HandshakeContext): Failure {
  if (end.by === 'user') {
    return makeFailure('CANCELLED', `the handshake with ${context.peer} was cancelled`, {stage: 'tls'})
  }
  if (side.foreign) return explainForeign(side.foreign, context)
  const alert = fatalAlert(end, side)
  if (alert !== null) return explainAlert(alert, end, side, context)
  switch (end.by) {
    case 'deadline':
      return makeFailure(
        'TLS_HANDSHAKE_TIMEOUT',
        `${context.peer} did not complete the handshake within ${formatDuration(end.after)}: ${progress(side)}`,
      )
    case 'silent-close':
      return explainSilentClose(side, context)
    case 'error':
      return explainError(end.error, side, context)
  }
}

function explainForeign(bytes: Uint8Array, {peer}: HandshakeContext): Failure {
  const {what, advice} = describePlaintext(bytes)
  return makeFailure('TLS_PLAINTEXT', `${peer} answered in plain text: ${what}`, {advice})
}

/** close_notify is an end, not a complaint; a warning is one only when the server then gave up. */
function fatalAlert(end: HandshakeEnd, side: ServerSide): number | null {
  const fromCode = end.by === 'error' ? alertOfCode(end.error.code) : null
  const seen = side.alert && side.alert.number !== 0 ? side.alert : null
  if (seen && (seen.level === 'fatal' || (end.by === 'error' && end.error.code === 'EOF'))) return seen.number
  return fromCode
}

const REFUSALS: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 49])

function explainAlert(
  number: number,
  end: HandshakeEnd,
  side: ServerSide,
  context: HandshakeContext,
): Failure {
  const code = alertCode(number, side, context)
  const said = `${context.peer} sent alert ${number} (${alertName(number)})`
  const cause = end.by === 'error' ? {cause: end.error.code} : {}
  return makeFailure(code, `${said}${alertDetail(code, side, context)}`, cause)
}

function alertCode(number: number, side: ServerSide, {identity}: HandshakeContext): FailureCode {
  if (side.certificateRequested === true && (number === 40 || REFUSALS.has(number))) {
    return identity ? 'TLS_CLIENT_CERT_REJECTED' : 'TLS_CLIENT_CERT_REQUIRED'
  }
  // After its ServerHello the server has already chosen a cipher.
  if (number === 40 && side.hello) return 'TLS_ALERT'
  return codeOfAlert(number)
}

function alertDetail(code: FailureCode, side: ServerSide, context: HandshakeContext): string {
  switch (code) {
    case 'TLS_VERSION':
      return `; offered were ${offered(context)}`
    case 'TLS_SNI_UNKNOWN':
      return context.sni === null ? '; no server name was sent' : ` to the name ${context.sni}`
    case 'TLS_ALPN':
      return `; offered were ${context.alpn.join(', ') || 'none'}`
    case 'TLS_CLIENT_CERT_REQUIRED':
    case 'TLS_CLIENT_CERT_REJECTED':
      return `${context.identity ? ' to our client certificate' : '; no client certificate was given'}${issuers(side)}`
    default:
      return ` ${progress(side)}`
  }
}

function issuers(side: ServerSide): string {
  const names = side.acceptedIssuers.slice(0, 3).map(shortName)
  if (names.length === 0) return ''
  const more = side.acceptedIssuers.length - names.length
  return `; it accepts those of ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function offered({min, max}: HandshakeContext): string {
  return min === max ? `${min} only` : `${min} to ${max}`
}

function explainSilentClose(side: ServerSide, context: HandshakeContext): Failure {
  const code = context.identity ? 'TLS_CLIENT_CERT_REJECTED' : 'TLS_CLIENT_CERT_REQUIRED'
  const what = context.identity ? 'got one' : 'got none'
  return makeFailure(
    code,
    `${context.peer} asked for a client certificate, ${what}, and closed the connection without a word${issuers(side)}`,
  )
}

function explainError(error: NetError, side: ServerSide, context: HandshakeContext): Failure {
  const {peer} = context
  if (
    side.hello &&
    (side.hello.version < versionNumber(context.min) || side.hello.version > versionNumber(context.max))
  ) {
    const message = `${peer} chose ${side.version ?? 'an unknown version'}, but asked for was ${offered(context)}`
    return makeFailure('TLS_VERSION', message, {
      cause: error.code,
      advice: ['connect all the same to see its certificate: --min 1.0'],
    })
  }
  if (error.code === 'EOF') {
    return makeFailure('TLS_CLOSED', `${peer} closed the connection in the handshake, ${progress(side)}`)
  }
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE' || error.code === 'ECONNABORTED') {
    const message = `${peer} reset the connection in the handshake, ${progress(side)}`
    return makeFailure('TLS_CLOSED', message, {cause: error.code})
  }
  if (/^ERR_(SSL|OSSL|TLS)_/.test(error.code) || side.damaged) {
    const message = `the handshake with ${peer} makes no sense ${progress(side)} (${error.code})`
    return makeFailure('TLS_MALFORMED', message, {cause: error.code})
  }
  return classifyNetError(error, {stage: 'tls', peer, family: context.family})
}

/** How far the server came. */
function progress(side: ServerSide): string {
  if (side.bytes === 0) return 'before it sent anything'
  if (side.chain) return 'after its certificate'
  if (side.hello) return 'after its ServerHello'
  return side.alert ? 'as its first answer' : `after ${side.bytes} bytes, before a ServerHello`
}
