import type {Failure} from '../../core/failure.ts'
import type {Reading} from '../../core/outcome.ts'
import type {TargetUrl} from '../../core/target.ts'

export interface MatrixRequest {
  readonly url: TargetUrl
  /** As validated by the schema of the kind. */
  readonly options: Readonly<Record<string, unknown>>
  /** What the failed attempt found out: where it went. */
  readonly reading: Reading
  readonly signal: AbortSignal
}

/** Only what broke in the handshake itself, and only where the way to the server is a plain one. */
export function suitsMatrix(
  failure: Failure,
  {url, options, reading}: Omit<MatrixRequest, 'signal'>,
): boolean {
  const spoken = url.kind === 'tls' || (url.kind === 'http' && url.scheme === 'https')
  const handshake = ['version', 'handshake', 'negotiation'].includes(failure.detail)
  const plain = options['proxy'] === undefined
  return spoken && plain && handshake && failure.category === 'protocol' && reading.address !== undefined
}
