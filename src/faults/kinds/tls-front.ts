/** `tls-front`: a TLS endpoint with one defect: its certificate, what it speaks, or how its handshake ends. */
import * as z from 'zod'
import type {FailureCode} from '../../core/codes/index.ts'
import {UserError} from '../../core/errors.ts'
import {
  CERTIFICATE_DEFECTS,
  type CertificateDefect,
  type FrontChoice,
  HANDSHAKE_ENDS,
  HANDSHAKE_POINTS,
  type HandshakeEnd,
  type HandshakePoint,
  TLS_VERSIONS,
  type TlsFrontEffect,
  type TlsVersionName,
} from '../../core/proxy-effects.ts'
import {codeOfAlert} from '../../probes/tls/alert-codes.ts'
import {alertName, alertNumber} from '../../probes/tls/alerts.ts'
import type {ExpectedEffect, FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'
import {choiceOf, choiceShape, hitsAll, listSchema, planFront} from './front-choice.ts'

export const tlsFrontSchema = z.strictObject({
  kind: z.literal('tls-front'),
  certificate: z
    .enum(CERTIFICATE_DEFECTS)
    .optional()
    .describe('shown in place of the real one; none is a good one of the front'),
  min_version: z.enum(TLS_VERSIONS).optional().describe('the oldest version spoken'),
  max_version: z.enum(TLS_VERSIONS).optional().describe('the newest version spoken'),
  ciphers: z.string().min(1).optional().describe("all that it takes, in OpenSSL's words"),
  alpn: z
    .union([z.literal('none').transform(() => []), listSchema])
    .optional()
    .describe('all that it agrees to, such as h2; none: it knows no ALPN'),
  alert: z
    .union([z.int().min(0).max(255), z.string().min(1)])
    .optional()
    .describe("answers the client's hello with this alert: its number or name, such as handshake_failure"),
  end: z.enum(HANDSHAKE_ENDS).optional().describe('how the handshake ends'),
  at: z
    .enum(HANDSHAKE_POINTS)
    .optional()
    .describe("where it ends: after the client's hello, after the server's, after the client's last message"),
  names: listSchema
    .optional()
    .describe('only when this name is asked for (SNI); *.example.test is all below it'),
  ...choiceShape,
  scope: scopeSchema.optional(),
})
interface TlsFrontSpec extends FrontChoice {
  readonly kind: 'tls-front'
  readonly certificate?: CertificateDefect | undefined
  readonly min_version?: TlsVersionName | undefined
  readonly max_version?: TlsVersionName | undefined
  readonly ciphers?: string | undefined
  readonly alpn?: readonly string[] | undefined
  readonly alert?: number | string | undefined
  readonly end?: HandshakeEnd | undefined
  readonly at?: HandshakePoint | undefined
  readonly names?: readonly string[] | undefined
  readonly scope?: FaultScope | undefined
}

export const tlsFront: PlannedKind<TlsFrontSpec> = {
  kind: 'tls-front',
  summary: 'show a defective certificate, speak other versions, ciphers or ALPN, or break the handshake',
  example:
    'netdrill fault apply tls-front --proxy 127.0.0.1:8443=10.0.0.2:443 --set certificate=expired --for 1m',
  needs: [[]],
  schema: tlsFrontSchema,
  proxyOnly: true,
  needsDevice: false,
  shapes: false,
  plan: planTlsFront,
}

function planTlsFront(spec: TlsFrontSpec, situation: Situation): Blueprint {
  const front = frontOf(spec)
  checkSense(front, spec)
  const effect = effectOf(front)
  const notes = ends(front)
    ? []
    : ['the front ends TLS itself; clients that trust its authority see nothing else than the defect']
  return planFront(front, {what: describe(front), effect, notes}, situation)
}

function frontOf(spec: TlsFrontSpec): TlsFrontEffect {
  const {certificate, min_version: minVersion, max_version: maxVersion, ciphers, alpn, names, end, at} = spec
  return {
    type: 'tls',
    choice: choiceOf(spec),
    ...{names, certificate, minVersion, maxVersion, ciphers, alpn},
    alert: alertOf(spec.alert),
    end: end === undefined ? undefined : {at: at ?? 'hello', how: end},
  }
}

function alertOf(given: number | string | undefined): number | undefined {
  if (typeof given !== 'string') return given
  const number = alertNumber(given)
  if (number !== null) return number
  throw problem(`"${given}" is no alert of TLS; say its number or its name, such as handshake_failure`)
}

const AT_ONCE: readonly HandshakeEnd[] = ['malformed', 'garbage', 'plaintext']

function checkSense(front: TlsFrontEffect, {at, end}: TlsFrontSpec): void {
  const {certificate, minVersion, maxVersion, ciphers, alpn, alert} = front
  const own = [certificate, minVersion, maxVersion, ciphers, alpn].some((one) => one !== undefined)
  const asked = [own, alert !== undefined, end !== undefined].filter(Boolean).length
  const age = (version: TlsVersionName | undefined, other: number): number =>
    version === undefined ? other : TLS_VERSIONS.indexOf(version)
  const wrong: readonly (readonly [boolean, string])[] = [
    [
      asked === 0,
      'the tls-front fault asks for nothing: give a certificate, a version, ciphers, alpn, an alert or an end',
    ],
    [asked > 1, 'an alert or an end comes before the certificate and what is agreed on: choose one'],
    [at !== undefined && end === undefined, 'at says where the handshake ends: say how, by end'],
    [
      end !== undefined && AT_ONCE.includes(end) && (at ?? 'hello') !== 'hello',
      `${end ?? ''} takes the place of the first answer: at is hello`,
    ],
    [
      age(minVersion, 0) > age(maxVersion, TLS_VERSIONS.length),
      `min_version ${minVersion ?? ''} is above max_version ${maxVersion ?? ''}`,
    ],
  ]
  const message = wrong.find(([is]) => is)?.[1]
  if (message !== undefined) throw problem(message)
}

function problem(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}

/** The handshake is broken off, instead of done by the front. */
function ends({alert, end}: TlsFrontEffect): boolean {
  return alert !== undefined || end !== undefined
}

function describe(front: TlsFrontEffect): readonly string[] {
  const {certificate, minVersion, maxVersion, ciphers, alpn, alert, end, names} = front
  return [
    certificate === undefined
      ? ''
      : certificate === 'none'
        ? "the front's certificate"
        : `certificate ${certificate}`,
    minVersion === undefined ? '' : `at least ${minVersion}`,
    maxVersion === undefined ? '' : `at most ${maxVersion}`,
    ciphers === undefined ? '' : `ciphers ${ciphers}`,
    alpn === undefined ? '' : `ALPN ${alpn.join(', ') || 'unknown'}`,
    alert === undefined ? '' : `alert ${alert} (${alertName(alert)})`,
    end === undefined ? '' : `${end.how} after the ${POINT_WORDS[end.at]}`,
    names === undefined ? '' : `for ${names.join(', ')}`,
  ].filter((part) => part !== '')
}

const POINT_WORDS: Readonly<Record<HandshakePoint, string>> = {
  hello: "client's hello",
  'server-hello': "server's hello",
  finished: "client's last handshake message",
}

const CERTIFICATE_CODES: Readonly<Record<CertificateDefect, FailureCode | null>> = {
  expired: 'TLS_CERT_EXPIRED',
  'not-yet-valid': 'TLS_CERT_NOT_YET_VALID',
  'self-signed': 'TLS_CERT_SELF_SIGNED',
  'wrong-name': 'TLS_CERT_NAME_MISMATCH',
  'unknown-issuer': 'TLS_CERT_UNKNOWN_ISSUER',
  'missing-intermediate': 'TLS_CERT_UNKNOWN_ISSUER',
  'wrong-usage': 'TLS_CERT_INVALID',
  'weak-key': 'TLS_CERT_WEAK',
  'weak-signature': 'TLS_CERT_WEAK',
  revoked: 'TLS_CERT_REVOKED',
  none: null,
}

/** What is no TLS looks like plain text to a client, whatever it is. */
const END_CODES: Readonly<Record<HandshakeEnd, FailureCode>> = {
  silence: 'TLS_HANDSHAKE_TIMEOUT',
  fin: 'TLS_CLOSED',
  reset: 'TLS_CLOSED',
  malformed: 'TLS_MALFORMED',
  garbage: 'TLS_PLAINTEXT',
  plaintext: 'TLS_PLAINTEXT',
}

function effectOf(front: TlsFrontEffect): ExpectedEffect {
  const {certificate, maxVersion, alert, end, names, choice} = front
  const code =
    alert !== undefined
      ? codeOfAlert(alert)
      : end
        ? END_CODES[end.how]
        : maxVersion === 'TLSv1' || maxVersion === 'TLSv1.1'
          ? 'TLS_VERSION'
          : certificate && CERTIFICATE_CODES[certificate]
  if (!code || end?.at === 'finished') return {}
  return {
    fails: {kinds: ['tls', 'http', 'websocket'], codes: [code], all: hitsAll(choice) && names === undefined},
  }
}
