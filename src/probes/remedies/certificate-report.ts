import type {CertificateFacts, TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'

/** What a person needs to know about a refused certificate; from the one connection that was made. */
export function reportCertificate(failure: Failure, tls: TlsFacts | null, now: Date): string {
  const [leaf] = tls?.chain ?? []
  if (!tls || !leaf) return `${failure.message}; the server showed no certificate`
  const names = leaf.names.length > 0 ? leaf.names.slice(0, 8).join(', ') : 'no name'
  const problems = tls.problems.length > 1 ? [`all problems: ${tls.problems.join(', ')}`] : []
  return [
    failure.message,
    `subject ${leaf.subject || '(empty)'}`,
    `issuer ${leaf.issuer || '(empty)'}`,
    `valid ${leaf.valid_from} to ${leaf.valid_to}, this machine’s clock says ${now.toISOString()}`,
    `names ${names}`,
    `key ${leaf.key}`,
    `sha256 ${leaf.sha256}`,
    `chain of ${tls.chain.length}: ${tls.chain.map(shortName).join(' ← ')}`,
    ...problems,
  ].join('; ')
}

function shortName({subject}: CertificateFacts): string {
  return /(?:^|[,/]\s*)CN\s*=\s*([^,/]+)/.exec(subject)?.[1] ?? (subject || '(no subject)')
}
