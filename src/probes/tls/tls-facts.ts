/** Joins what the library said, what the server's bytes say and what we judged to the facts of a sample. */
import type {TlsFacts} from '../../core/facts.ts'
import {stripControl} from '../../core/text.ts'
import {certificateFacts, mustStaple, namesOf, type Certificate} from './certificate.ts'
import {nameText} from './distinguished-name.ts'
import type {OcspReport} from './ocsp.ts'
import type {ServerSide} from './transcript.ts'
import type {TrustReport} from './trust.ts'

export interface FactSources {
  readonly side: ServerSide
  /** Null when the handshake did not complete. */
  readonly negotiated: {
    readonly version: string
    readonly cipher: string
    readonly alpn: string | null
    readonly resumed: boolean
  } | null
  readonly sni: string | null
  readonly chain: readonly Certificate[]
  readonly trust: TrustReport | null
  /** The received alert, when the library knows it better than the bytes do. */
  readonly alert: number | null
  readonly ocsp: OcspReport
  /** Wall time in milliseconds since the epoch. */
  readonly now: number
}

const DAY = 86_400_000

/** Of a server with whom no handshake was begun. */
export function unknownFacts(sni: string | null): TlsFacts {
  return {
    ...{version: null, cipher: null, group: null, alpn: null, sni},
    ...leafFacts(undefined, 0),
    ...trustFacts(null),
    ...{resumed: false, chain: [], alert: null, client_certificate_requested: null},
  }
}

export function buildFacts(sources: FactSources): TlsFacts {
  const {side, negotiated, chain, trust, sni, ocsp} = sources
  return {
    version: negotiated?.version ?? side.version,
    cipher: negotiated?.cipher ?? side.cipher,
    group: side.group,
    alpn: negotiated?.alpn ?? null,
    sni,
    ...leafFacts(chain[0], sources.now),
    ...trustFacts(trust),
    resumed: negotiated?.resumed ?? false,
    ...ocspFacts(ocsp),
    ...(chain[0] ? {must_staple: mustStaple(chain[0])} : {}),
    chain: chain.map(certificateFacts),
    alert: sources.alert ?? receivedAlert(sources),
    client_certificate_requested: side.certificateRequested,
  }
}

function ocspFacts({status, from, until, revokedAt}: OcspReport): Pick<TlsFacts, 'ocsp' | 'ocsp_response'> {
  if (from === null) return {ocsp: status}
  const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())
  const response = {
    this_update: new Date(from).toISOString(),
    next_update: iso(until),
    revoked_at: iso(revokedAt),
  }
  return {ocsp: status, ocsp_response: response}
}

function leafFacts(
  leaf: Certificate | undefined,
  now: number,
): Pick<TlsFacts, 'days_left' | 'names' | 'issuer' | 'subject'> {
  if (!leaf) return {days_left: null, names: [], issuer: null, subject: null}
  return {
    days_left: Math.floor((leaf.notAfter - now) / DAY),
    names: namesOf(leaf),
    issuer: stripControl(nameText(leaf.issuer)),
    subject: stripControl(nameText(leaf.subject)),
  }
}

/** Without a certificate there is nothing to trust, and nothing to complain about. */
function trustFacts(trust: TrustReport | null): Pick<TlsFacts, 'trusted' | 'problems' | 'name_matches'> {
  if (!trust) return {trusted: false, problems: [], name_matches: null}
  return {
    trusted: trust.problems.length === 0,
    problems: [...new Set(trust.problems.map(({code}) => code))],
    name_matches: trust.nameMatches,
  }
}

/** A close_notify after the handshake is the server's good manners, not news. */
function receivedAlert({side, negotiated}: FactSources): number | null {
  if (!side.alert || (side.alert.number === 0 && negotiated)) return null
  return side.alert.number
}
