/** Whether the server's certificates deserve trust, with every reason against it and not only the first. */
import type {FailureCode} from '../../core/codes/index.ts'
import {namesOf, type Certificate} from './certificate.ts'
import {shortName} from './distinguished-name.ts'
import {matchesName, type ReferenceName} from './name-matching.ts'
import {buildPaths, isSelfSigned, type CertificatePath} from './path.ts'
import {judgePath, type TrustProblem} from './path-rules.ts'
import {joinStores, type TrustStore} from './trust-store.ts'

/**
 * The most telling reason first. Dates and names are certain and mended by whoever runs the server; the issuer
 * depends on this machine's roots too; weakness is a matter of policy.
 */
const TRUST_ORDER: readonly FailureCode[] = [
  'TLS_CERT_EXPIRED',
  'TLS_CERT_NOT_YET_VALID',
  'TLS_CERT_REVOKED',
  'TLS_CERT_NAME_MISMATCH',
  'TLS_CERT_SELF_SIGNED',
  'TLS_CERT_UNKNOWN_ISSUER',
  'TLS_CERT_INVALID',
  'TLS_CERT_WEAK',
]

export interface TrustQuestion {
  /** As the server sent them, leaf first. */
  readonly chain: readonly Certificate[]
  /** Null when there is no name to compare with. */
  readonly reference: ReferenceName | null
  /** Wall time in milliseconds since the epoch. */
  readonly now: number
  /** Asked one after the other, until one of them knows the issuer. */
  readonly stores: readonly (() => Promise<TrustStore>)[]
}
export interface TrustReport {
  readonly problems: readonly TrustProblem[]
  readonly nameMatches: boolean | null
  /** The path that was judged, leaf first. */
  readonly path: readonly Certificate[]
}

/** Null when there is no certificate to judge. */
export async function judgeTrust(question: TrustQuestion): Promise<TrustReport | null> {
  const {chain, reference, now} = question
  const [leaf, ...others] = chain
  if (!leaf) return null
  const paths = await findPaths(leaf, others, question.stores)
  // Of several ways to a root, the one with the least to say against counts: one good path is enough.
  const judged = paths.map((path) => ({
    path,
    problems: [...judgePath(path, now), ...judgeEnd(path, chain.length)],
  }))
  const best = judged.reduce((a, b) => (b.problems.length < a.problems.length ? b : a))
  const nameMatches = reference === null ? null : matchesName(reference, leaf.names)
  const problems =
    nameMatches === false && reference ? [...best.problems, judgeName(leaf, reference)] : best.problems
  return {problems: sortProblems(problems), nameMatches, path: best.path.certificates}
}

export function sortProblems(problems: readonly TrustProblem[]): readonly TrustProblem[] {
  return problems.toSorted((a, b) => TRUST_ORDER.indexOf(a.code) - TRUST_ORDER.indexOf(b.code))
}

/** A later store is only opened when the earlier ones lead nowhere. */
async function findPaths(
  leaf: Certificate,
  others: readonly Certificate[],
  openers: TrustQuestion['stores'],
): Promise<readonly [CertificatePath, ...CertificatePath[]]> {
  let paths: readonly CertificatePath[] = []
  const open: TrustStore[] = []
  for (const opener of openers) {
    open.push(await opener())
    paths = buildPaths(leaf, others, joinStores(open))
    if (paths[0]?.anchored) break
  }
  const [first = {certificates: [leaf], anchored: false, badSignature: false}, ...rest] = paths
  return [first, ...rest]
}

/** Why a path doesn't end at a trusted root. */
function judgeEnd(path: CertificatePath, sent: number): readonly TrustProblem[] {
  const last = path.certificates.at(-1)
  if (path.anchored || !last) return []
  const name = shortName(last.subject)
  if (isSelfSigned(last)) {
    const text =
      path.certificates.length === 1
        ? `the certificate "${name}" is signed by itself, not by an issuer`
        : `the chain ends at the root "${name}", which is not trusted here`
    return [{code: 'TLS_CERT_SELF_SIGNED', text}]
  }
  const issuer = shortName(last.issuer)
  if (path.badSignature) {
    const text = `the signature of "${name}" does not fit the key of its issuer "${issuer}"`
    return [{code: 'TLS_CERT_INVALID', text}]
  }
  const seen =
    sent === 1
      ? 'the server sent only its own certificate: an intermediate may be missing'
      : `the server sent ${sent} certificates, but not this one`
  return [
    {code: 'TLS_CERT_UNKNOWN_ISSUER', text: `the issuer "${issuer}" of "${name}" is not known; ${seen}`},
  ]
}

function judgeName(leaf: Certificate, reference: ReferenceName): TrustProblem {
  const wanted = reference.type === 'ip' ? reference.address : reference.name
  const names = namesOf(leaf)
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '')
  const text =
    names.length === 0
      ? `the certificate has no subject alternative name, so it speaks for nobody; ${wanted} was asked for`
      : `the certificate is for ${shown}, not for ${wanted}`
  return {code: 'TLS_CERT_NAME_MISMATCH', text}
}
