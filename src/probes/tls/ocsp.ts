/** The stapled OCSP response (RFC 6960 §4.2): what the issuer says about the certificate today. */
import {createHash, verify} from 'node:crypto'
import {OID, parseCertificateDer, type Certificate} from './certificate.ts'
import {TAG, derChildren, derOid, derTime, readDer, sameBytes, type DerNode} from './der.ts'
import {isSignedBy} from './path.ts'

type OcspStatus = 'good' | 'revoked' | 'unknown' | 'absent' | 'invalid'

export interface OcspReport {
  readonly status: OcspStatus
  /** When it was revoked, in milliseconds since the epoch. */
  readonly revokedAt: number | null
  /** As of when the issuer said so, and when it will say something newer; only for a response that proves something. */
  readonly from: number | null
  readonly until: number | null
}

const INVALID: OcspReport = {status: 'invalid', revokedAt: null, from: null, until: null}

/**
 * `invalid` for everything that proves nothing: damaged, about another certificate, out of date at `now`, or not
 * signed by the issuer or by whom the issuer delegated it to. Never throws.
 */
export function judgeOcsp(
  response: Uint8Array | null,
  leaf: Certificate | undefined,
  issuer: Certificate | undefined,
  now: number,
): OcspReport {
  if (!response) return {...INVALID, status: 'absent'}
  const basic = basicResponse(response)
  if (!basic || !leaf || !issuer || !isAuthentic(basic, issuer)) return INVALID
  return judgeSingle(
    basic.singles.find((each) => isAbout(each, leaf, issuer)),
    now,
  )
}

function judgeSingle(single: DerNode | undefined, now: number): OcspReport {
  const [, status, start, next] = derChildren(single)
  const from = derTime(start)
  const until = next?.tag === 0xa0 ? derTime(derChildren(next)[0]) : null
  const known = status && STATUSES[status.tag]
  if (known === undefined || from === null || !isCurrent(from, until, now)) return INVALID
  return {status: known, revokedAt: known === 'revoked' ? derTime(derChildren(status)[0]) : null, from, until}
}

function isCurrent(from: number, until: number | null, now: number): boolean {
  return from <= now + CLOCK_SKEW && (until === null || until >= now - CLOCK_SKEW)
}

/** By tag: RFC 6960 §4.2.1, CertStatus. */
const STATUSES: Readonly<Record<number, OcspStatus>> = {0x80: 'good', 0xa1: 'revoked', 0x82: 'unknown'}

/** Five minutes, as OpenSSL allows: responses are often made at the second they are served. */
const CLOCK_SKEW = 300_000

interface BasicResponse {
  readonly signed: Uint8Array
  readonly algorithm: string
  readonly signature: Uint8Array
  readonly certificates: readonly Certificate[]
  readonly singles: readonly DerNode[]
}

const BASIC = '1.3.6.1.5.5.7.48.1.1'

function basicResponse(der: Uint8Array): BasicResponse | null {
  const [status, bytes] = derChildren(readDer(der))
  // 0: successful; the others carry no answer.
  if (status?.tag !== TAG.enumerated || status.body[0] !== 0) return null
  const [type, content] = derChildren(derChildren(bytes)[0])
  if (derOid(type) !== BASIC || !content) return null
  const [data, algorithm, signature, certificates] = derChildren(readDer(content.body))
  if (!data || !signature) return null
  const lists = derChildren(data).filter((field) => field.tag === TAG.sequence)
  return {
    signed: data.raw,
    algorithm: derOid(derChildren(algorithm)[0]),
    signature: signature.body.subarray(1),
    certificates: derChildren(derChildren(certificates)[0])
      .map((node) => parseCertificateDer(node.raw))
      .filter((each) => each !== null),
    singles: derChildren(lists[0]),
  }
}

/** A serial number is only unique together with its issuer. */
function isAbout(single: DerNode, leaf: Certificate, issuer: Certificate): boolean {
  const [algorithm, , keyHash, serial] = derChildren(derChildren(single)[0])
  const hash = HASHES[derOid(derChildren(algorithm)[0])]
  if (hash === undefined || !keyHash || !serial) return false
  const wanted = createHash(hash).update(issuer.publicKey).digest()
  return sameBytes(serial.body, leaf.serial) && sameBytes(keyHash.body, wanted)
}

const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

const SIGNATURES: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  // The scheme has its hash built in.
  '1.3.101.112': null,
  '1.3.101.113': null,
}

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'

/** Signed by the issuer itself, or by a certificate that the issuer made for this purpose (RFC 6960 §4.2.2.2). */
function isAuthentic(response: BasicResponse, issuer: Certificate): boolean {
  const delegates = response.certificates.filter(
    (each) => isSignedBy(each, issuer) && purposes(each).includes(OCSP_SIGNING),
  )
  return [issuer, ...delegates].some((signer) => fits(response, signer))
}

function purposes(certificate: Certificate): readonly string[] {
  const extension = certificate.extensions.get(OID.extendedKeyUsage)
  return derChildren(extension && readDer(extension.value)).map(derOid)
}

function fits({algorithm, signed, signature}: BasicResponse, signer: Certificate): boolean {
  const hash = SIGNATURES[algorithm]
  if (hash === undefined) return false
  try {
    return verify(hash, signed, signer.x509.publicKey, signature)
  } catch {
    return false
  }
}
