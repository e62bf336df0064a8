/** From the leaf to a trusted root: every way that the signatures allow (RFC 4158). */
import type {Certificate} from './certificate.ts'
import type {TrustStore} from './trust-store.ts'

export interface CertificatePath {
  /** Leaf first; the anchor is the last one when there is one. */
  readonly certificates: readonly Certificate[]
  readonly anchored: boolean
  /** There was a certificate of the issuer's name, but it did not sign the last one. */
  readonly badSignature: boolean
}

/** Cross-signing makes a handful of paths; more come from a hostile server only. */
const MOST_PATHS = 16
const LONGEST_PATH = 12
const MOST_SIGNATURES = 64

/** At least one path; those that end at an anchor come first when there are any. */
export function buildPaths(
  leaf: Certificate,
  presented: readonly Certificate[],
  store: TrustStore,
): readonly CertificatePath[] {
  const search = new PathSearch(presented, store)
  search.extend([leaf])
  const anchored = search.paths.filter((path) => path.anchored)
  return anchored.length > 0 ? anchored : search.paths
}

class PathSearch {
  readonly paths: CertificatePath[] = []
  readonly #presented: readonly Certificate[]
  readonly #store: TrustStore
  #signatures = 0

  constructor(presented: readonly Certificate[], store: TrustStore) {
    this.#presented = presented
    this.#store = store
  }

  extend(certificates: readonly Certificate[]): void {
    const last = certificates.at(-1)
    if (!last || this.paths.length >= MOST_PATHS) return
    if (this.#isAnchor(last)) return this.#end(certificates, true, false)
    const candidates = this.#issuersOf(last, certificates)
    const issuers = candidates.filter((candidate) => this.#signed(last, candidate))
    if (issuers.length === 0 || certificates.length >= LONGEST_PATH) {
      const badSignature = candidates.length > 0 && issuers.length === 0 && !isSelfSigned(last)
      return this.#end(certificates, false, badSignature)
    }
    for (const issuer of issuers) this.extend([...certificates, issuer])
  }

  #end(certificates: readonly Certificate[], anchored: boolean, badSignature: boolean): void {
    this.paths.push({certificates, anchored, badSignature})
  }

  #isAnchor(certificate: Certificate): boolean {
    return this.#store
      .bySubject(certificate.subjectName)
      .some((anchor) => anchor.sha256 === certificate.sha256)
  }

  #issuersOf(certificate: Certificate, path: readonly Certificate[]): readonly Certificate[] {
    const seen = new Set(path.map((each) => each.sha256))
    const sent = this.#presented.filter((each) => each.subjectName === certificate.issuerName)
    return [...this.#store.bySubject(certificate.issuerName), ...sent].filter((each) => {
      if (seen.has(each.sha256)) return false
      seen.add(each.sha256)
      return true
    })
  }

  #signed(certificate: Certificate, issuer: Certificate): boolean {
    this.#signatures += 1
    return this.#signatures <= MOST_SIGNATURES && isSignedBy(certificate, issuer)
  }
}

const verified = new WeakMap<Certificate, WeakMap<Certificate, boolean>>()

/** Remembered for as long as both certificates are. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  const known = verified.get(certificate) ?? new WeakMap<Certificate, boolean>()
  verified.set(certificate, known)
  const signed = known.get(issuer) ?? verifySignature(certificate, issuer)
  known.set(issuer, signed)
  return signed
}

function verifySignature(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return certificate.x509.verify(issuer.x509.publicKey)
  } catch {
    // A key or signature of a kind that OpenSSL doesn't know proves nothing.
    return false
  }
}

export function isSelfSigned(certificate: Certificate): boolean {
  return certificate.subjectName === certificate.issuerName && isSignedBy(certificate, certificate)
}
