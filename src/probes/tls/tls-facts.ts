/** Joins what the library said, what the server's bytes say and what we judged to the facts of a sample. */
import type {TlsFacts} from '../../core/facts.ts'
import {stripControl} from '../../core/text.ts'
import {certificateFacts, namesOf, type Certificate} from './certificate.ts'
import {nameText} from './distinguished-name.ts'
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
  readonly ocsp: string
  /** Wall time in milliseconds since the epoch. */
  readonly now: number
}

const DAY = 86_400_000

export function buildFacts(sources: FactSources): TlsFacts {
  const {side, negotiated, chain, trust, sni, now} = sources
  const leaf = chain[0] ?? null
  const alert = side.alert?.number === 0 && negotiated ? null : (side.alert?.number ?? null)
  return {
    version: negotiated?.version ?? side.version,
    cipher: negotiated?.cipher ?? side.cipher,
    group: side.group,
    alpn: negotiated?.alpn ?? null,
    sni,
    days_left: leaf ? Math.floor((leaf.notAfter - now) / DAY) : null,
    names: leaf ? namesOf(leaf) : [],
    issuer: leaf ? stripControl(nameText(leaf.issuer)) : null,
    subject: leaf ? stripControl(nameText(leaf.subject)) : null,
    trusted: trust !== null && trust.problems.length === 0,
    problems: [...new Set(trust?.problems.map(({code}) => code))],
    name_matches: trust?.nameMatches ?? null,
    resumed: negotiated?.resumed ?? false,
    ocsp: sources.ocsp,
    chain: chain.map(certificateFacts),
    alert: sources.alert ?? alert,
    client_certificate_requested: side.certificateRequested,
  }
}
