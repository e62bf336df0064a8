/** From the host of a target to the addresses to try. */
import {addressFamily} from '../../core/address.ts'
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import {UserError} from '../../core/errors.ts'
import type {Family} from '../../core/outcome.ts'
import type {Ports, ResolvedAddress} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyLookupError} from './classify-lookup-error.ts'
import {type Deadline, abortOwner} from './deadline.ts'

/** `took` is null for a literal address: nothing was resolved, so there is no such phase. */
export type Resolution =
  | {
      readonly status: 'resolved'
      readonly addresses: readonly ResolvedAddress[]
      readonly took: Millis | null
    }
  | {readonly status: 'failed'; readonly failure: Failure; readonly took: Millis}

/** Asks the system's resolver (hosts file included); a literal address passes as it is. */
export async function resolveTarget(
  host: string,
  family: Family | 0,
  ports: Pick<Ports, 'resolver' | 'clock'>,
  deadline: Deadline,
): Promise<Resolution> {
  const literal = addressFamily(host)
  if (literal !== null) return {status: 'resolved', addresses: [{address: host, family: literal}], took: null}
  const bad = badName(host)
  if (bad !== null) return {status: 'failed', failure: makeFailure('DNS_BAD_NAME', bad), took: 0}
  const started = ports.clock.now()
  const found = await ports.resolver.lookup(host, family, deadline.signal)
  const took = ports.clock.now() - started
  if (deadline.signal.aborted) return {status: 'failed', failure: abortedLookup(host, deadline), took}
  if ('code' in found) return {status: 'failed', failure: classifyLookupError(found, host, family), took}
  const addresses = withoutRepeats(found)
  if (addresses.length > 0) return {status: 'resolved', addresses, took}
  const failure = makeFailure('DNS_NODATA', `${host} has no address`)
  return {status: 'failed', failure, took}
}

/**
 * The family that target, `-4`/`-6` and the source address leave; throws `USAGE_INVALID` when they contradict each
 * other, since no network could help.
 */
export function agreedFamily(host: string, family: Family | 0, source: string | undefined): Family | 0 {
  const wishes: readonly (readonly [string, Family | null])[] = [
    [`the target ${host}`, addressFamily(host)],
    ['the asked family', family === 0 ? null : family],
    [`the source address ${source ?? ''}`, source === undefined ? null : addressFamily(source)],
  ]
  const firm = wishes.flatMap(([who, wish]) => (wish === null ? [] : [{who, wish}]))
  const [first, ...rest] = firm
  const other = rest.find(({wish}) => wish !== first?.wish)
  if (first && other) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `${first.who} is IPv${first.wish}, but ${other.who} is IPv${other.wish}`,
    })
  }
  return first?.wish ?? 0
}

/** RFC 1035 section 2.3.4. Names in other scripts are longer on the wire; the resolver judges those. */
function badName(host: string): string | null {
  const labels = host.replace(/\.$/, '').split('.')
  if (labels.some((label) => label === '')) return `"${host}" has an empty label`
  if (labels.some((label) => label.length > 63)) return `"${host}" has a label of more than 63 characters`
  return host.length > 254 ? `"${host}" has more than 253 characters` : null
}

function abortedLookup(host: string, deadline: Deadline): Failure {
  const owner = abortOwner(deadline.signal)
  if (owner?.by !== 'deadline')
    return makeFailure('CANCELLED', `resolving ${host} was cancelled`, {stage: 'resolve'})
  const message = `the system resolver gave no answer for ${host} within ${formatDuration(owner.after)}`
  return makeFailure('DNS_TIMEOUT', message)
}

/** Repeats come from hosts files; one address is tried once. */
function withoutRepeats(addresses: readonly ResolvedAddress[]): readonly ResolvedAddress[] {
  return [...new Map(addresses.map((each) => [each.address, each])).values()]
}
