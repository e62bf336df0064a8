/** Certificates with one defect each, of an authority that clients may trust. */
import type {CertificateDefect} from '../../../core/proxy-effects.ts'
import type {Millis} from '../../../core/units.ts'
import {
  type Authority,
  type Certificate,
  type LeafRequest,
  issueToItself,
  makeAuthority,
} from '../certificates/certificate.ts'
import {revokedResponse} from '../certificates/revocation.ts'

const DAY: Millis = 86_400_000
/** Clocks of clients may be an hour late. */
const GRACE: Millis = 3_600_000

/** What the front shows: its chain and key as PEM, and a stapled OCSP response. */
export interface Material {
  readonly certificate: string
  readonly key: string
  readonly stapled: Buffer | null
  /** OpenSSL serves it only at its lowest level of security. */
  readonly weak: boolean
}

/** Issues each certificate once. */
export class FrontCertificates {
  readonly #authority: Authority
  readonly #wall: () => Millis
  readonly #made = new Map<string, Material>()

  constructor(authority: Authority, wall: () => Millis) {
    this.#authority = authority
    this.#wall = wall
  }

  of(defect: CertificateDefect, names: readonly string[]): Material {
    const key = [defect, ...names].join(' ')
    const known = this.#made.get(key)
    if (known) return known
    const made = this.#make(defect, names)
    this.#made.set(key, made)
    return made
  }

  #make(defect: CertificateDefect, names: readonly string[]): Material {
    const now = this.#wall()
    const good: LeafRequest = {names, from: new Date(now - GRACE), to: new Date(now + 90 * DAY)}
    const authority = this.#authority
    switch (defect) {
      case 'none':
        return plain(authority.issue(good))
      case 'expired':
        return plain(authority.issue({...good, from: new Date(now - 91 * DAY), to: new Date(now - DAY)}))
      case 'not-yet-valid':
        return plain(authority.issue({...good, from: new Date(now + DAY), to: new Date(now + 91 * DAY)}))
      case 'self-signed':
        return plain(issueToItself(good))
      case 'wrong-name':
        return plain(authority.issue({...good, names: ['wrong-name.netdrill.invalid']}))
      case 'unknown-issuer':
        return plain(makeAuthority('netdrill unknown authority', good.from, good.to).issue(good))
      case 'missing-intermediate':
        return plain(authority.delegate('netdrill issuing authority', good.from, good.to).issue(good))
      case 'wrong-usage':
        return plain(authority.issue({...good, usage: 'client'}))
      case 'weak-key':
        return {...plain(authority.issue({...good, key: 'rsa1024'})), weak: true}
      case 'weak-signature':
        return {...plain(authority.issue({...good, digest: 'sha1'})), weak: true}
      case 'revoked': {
        const leaf = authority.issue(good)
        // With its issuer, without which nobody can judge the response.
        return {
          ...plain({...leaf, certificate: `${leaf.certificate}${authority.certificate}`}),
          stapled: revokedResponse(authority.issuer, leaf.serial, new Date(now)),
        }
      }
    }
  }
}

function plain({certificate, key}: Certificate): Material {
  return {certificate, key, stapled: null, weak: false}
}
