/** What must hold for every certificate of a path (RFC 5280 §6.1), and what modern clients demand beyond it. */
import type {FailureCode} from '../../core/codes/index.ts'
import {OID, keyText, type Certificate} from './certificate.ts'
import {derChildren, derOid, readDer} from './der.ts'
import {shortName} from './distinguished-name.ts'
import {forbiddenName} from './name-constraints.ts'
import type {CertificatePath} from './path.ts'

export interface TrustProblem {
  readonly code: FailureCode
  /** What was seen, with names, dates and figures. */
  readonly text: string
}

/** Every rule that the path breaks at `now` (milliseconds since the epoch), from the leaf upwards. */
export function judgePath(path: CertificatePath, now: number): readonly TrustProblem[] {
  const {certificates, anchored} = path
  const leaf = certificates[0]
  if (!leaf) return []
  return certificates.flatMap((certificate, index) => {
    const who = index === 0 ? 'the certificate' : `the issuer certificate "${shortName(certificate.subject)}"`
    const last = index === certificates.length - 1
    return [
      ...judgeDates(certificate, who, now),
      ...judgeStrength(certificate, who, last && (anchored || isRoot(certificate, index))),
      ...judgeExtensions(certificate, who),
      ...judgePurpose(certificate, who, index),
      ...(index === 0 ? [] : judgeIssuer(certificates, index, who, last && anchored)),
    ]
  })
}

/** Its own signature proves nothing, so it may be of any kind; a leaf that signed itself is judged in full. */
function isRoot(certificate: Certificate, index: number): boolean {
  return index > 0 && certificate.subjectName === certificate.issuerName
}

function judgeDates(certificate: Certificate, who: string, now: number): readonly TrustProblem[] {
  const {notBefore, notAfter} = certificate
  if (now > notAfter) {
    const text = `${who} expired ${daysText(now - notAfter)} ago, on ${isoText(notAfter)}`
    return [{code: 'TLS_CERT_EXPIRED', text}]
  }
  if (now < notBefore) {
    const text = `${who} becomes valid in ${daysText(notBefore - now)}, on ${isoText(notBefore)}`
    return [{code: 'TLS_CERT_NOT_YET_VALID', text}]
  }
  return []
}

const DAY = 86_400_000

function daysText(ms: number): string {
  const days = Math.floor(ms / DAY)
  if (days >= 2) return `${days} days`
  if (days === 1) return '1 day'
  const hours = Math.floor(ms / 3_600_000)
  return hours >= 1 ? `${hours} h` : `${Math.max(1, Math.floor(ms / 60_000))} min`
}

/** Such as `2026-11-20 08:00:00Z`. */
export function isoText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

/** MD2, MD5 and SHA-1 with RSA, DSA and ECDSA. */
const WEAK_SIGNATURES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2',
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.3.14.3.2.29': 'SHA-1',
  '1.2.840.10040.4.3': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
}

/**
 * 112 bits of security: OpenSSL's level 2, its default since 3.2, and NIST SP 800-57's floor. The signature is
 * not looked at when nothing depends on it (`unsigned`).
 */
function judgeStrength(certificate: Certificate, who: string, unsigned: boolean): readonly TrustProblem[] {
  const {type, bits, curve} = certificate.key
  const weakKey =
    (bits !== undefined && bits < 2048 && /^(RSA|DSA)/.test(type)) ||
    (curve !== undefined && /^(secp1|sect1|prime192|c2pnb1|c2tnb1|wap-)/.test(curve))
  const hash = unsigned ? undefined : WEAK_SIGNATURES[certificate.signatureAlgorithm]
  return [
    ...(weakKey ? [weak(`${who} has a key of ${keyText(certificate)}, which is too weak`)] : []),
    ...(hash === undefined ? [] : [weak(`${who} is signed with ${hash}, which can be forged`)]),
  ]
}

const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set(Object.values(OID))

function judgeExtensions(certificate: Certificate, who: string): readonly TrustProblem[] {
  return [...certificate.extensions]
    .filter(([oid, {critical}]) => critical && !KNOWN_EXTENSIONS.has(oid))
    .map(([oid]) => invalid(`${who} has a critical extension that is not known (${oid})`))
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const ANY_PURPOSE = '2.5.29.37.0'

/** Key usage bits by number (RFC 5280 §4.2.1.3). */
const USAGE = {digitalSignature: 0, keyEncipherment: 2, keyAgreement: 4, keyCertSign: 5} as const

/** The extended key usage limits what an issuer's children are for as well. */
function judgePurpose(certificate: Certificate, who: string, index: number): readonly TrustProblem[] {
  const extended = certificate.extensions.get(OID.extendedKeyUsage)
  const purposes = derChildren(extended && readDer(extended.value)).map(derOid)
  const problems: TrustProblem[] = []
  if (extended && !purposes.includes(SERVER_AUTH) && !purposes.includes(ANY_PURPOSE)) {
    problems.push(invalid(`${who} is not meant for servers (extended key usage)`))
  }
  const {digitalSignature, keyEncipherment, keyAgreement} = USAGE
  if (index === 0 && !mayDo(certificate, [digitalSignature, keyEncipherment, keyAgreement])) {
    problems.push(invalid(`${who} is not meant for TLS (key usage)`))
  }
  return problems
}

/** True when the key usage extension is absent or has one of the bits. */
function mayDo(certificate: Certificate, bits: readonly number[]): boolean {
  const extension = certificate.extensions.get(OID.keyUsage)
  if (!extension) return true
  const octet = readDer(extension.value)?.body[1] ?? 0
  return bits.some((bit) => (octet & (0x80 >> bit)) !== 0)
}

function judgeIssuer(
  certificates: readonly Certificate[],
  index: number,
  who: string,
  anchor: boolean,
): readonly TrustProblem[] {
  const issuer = certificates[index]
  const leaf = certificates[0]
  if (!issuer || !leaf) return []
  const problems: TrustProblem[] = []
  // A root of version 1 has no extension to say that it is an authority.
  if (issuer.ca !== true && !(anchor && issuer.ca === null)) {
    problems.push(invalid(`${who} may not issue certificates (no CA)`))
  } else if (!mayDo(issuer, [USAGE.keyCertSign])) {
    problems.push(invalid(`${who} may not sign certificates (key usage)`))
  }
  const below = certificates.slice(1, index).filter((each) => each.subjectName !== each.issuerName).length
  if (issuer.pathLength !== null && below > issuer.pathLength) {
    problems.push(invalid(`${who} allows ${issuer.pathLength} issuers below it, but there are ${below}`))
  }
  const forbidden = forbiddenName(issuer, leaf)
  if (forbidden !== null) problems.push(invalid(`${who} may not vouch for ${forbidden} (name constraints)`))
  return problems
}

function weak(text: string): TrustProblem {
  return {code: 'TLS_CERT_WEAK', text}
}

function invalid(text: string): TrustProblem {
  return {code: 'TLS_CERT_INVALID', text}
}
