/** A system resolver that is helped by others when it fails. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {NetError, Ports, ResolvedAddress, SystemResolver} from '../../core/ports.ts'
import {type NamedServer, parseServer} from '../../core/server-address.ts'
import type {StrategyStep} from '../../core/strategy-events.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {abortOwner, startDeadline} from '../shared/deadline.ts'
import {classifyLookupError} from '../shared/classify-lookup-error.ts'

export interface OtherResolversOptions {
  readonly resolvers: readonly string[]
  /** Of a whole attempt: the system's resolver gets an equal share of half of it, like each of the others. */
  readonly attemptTimeout: Millis
  readonly ports: Pick<Ports, 'resolver' | 'clock' | 'dial' | 'datagram'>
  readonly onStep: (step: StrategyStep) => void
}

type Lookup = readonly ResolvedAddress[] | NetError

/**
 * Asks the system's resolver, and the others one after the other when it failed in a way that says nothing about the name:
 * SERVFAIL, REFUSED, no answer in its share of the time, or no resolver to be reached. A name that does not exist, or has
 * no address, is an answer: nobody else is asked. Only listed resolvers ever see the name.
 */
export function withOtherResolvers(options: OtherResolversOptions): SystemResolver {
  const {ports, resolvers, attemptTimeout} = options
  const servers = resolvers.flatMap((text) => parseServer(text) ?? [])
  const share = attemptTimeout / 2 / (servers.length + 1)
  return {
    configuration: async () => ports.resolver.configuration(),
    async lookup(name, family, signal) {
      const first = await lookupWithin(name, family, {share, signal, options})
      if (signal.aborted || !('code' in first)) return first
      const failure = failureOf(first, {name, family, share})
      if (!saysNothing(failure)) {
        const text = `${failure.code}: ${failure.message}; that is an answer, so no other resolver was asked`
        if (failure.code.startsWith('DNS_')) options.onStep({strategy: 'resolvers', result: 'told', text})
        return first
      }
      const found = await askOthers(name, family, {servers, share, signal, options, failure})
      return found ?? first
    },
  }
}

/** The code of a resolver that was silent for its share: `lookup` never gives it by itself. */
const SILENT: NetError = {code: 'ETIMEOUT', syscall: 'getaddrinfo', message: 'no answer in time'}

async function lookupWithin(
  name: string,
  family: Family | 0,
  {
    share,
    signal,
    options,
  }: {readonly share: Millis; readonly signal: AbortSignal; readonly options: OtherResolversOptions},
): Promise<Lookup> {
  const {ports} = options
  const deadline = startDeadline({clock: ports.clock, after: share, level: 'resolver', parent: signal})
  try {
    const found = await ports.resolver.lookup(name, family, deadline.signal)
    return !signal.aborted && abortOwner(deadline.signal)?.by === 'deadline' && 'code' in found
      ? SILENT
      : found
  } finally {
    deadline.stop()
  }
}

function failureOf(
  error: NetError,
  {name, family, share}: {readonly name: string; readonly family: Family | 0; readonly share: Millis},
): Failure {
  if (error !== SILENT) return classifyLookupError(error, name, family)
  const message = `the system resolver gave no answer for ${name} within ${formatDuration(share)}`
  return makeFailure('DNS_TIMEOUT', message)
}

/** The class of the code decides: those that ask for a fallback are about the resolver, not about the name. */
function saysNothing({code, retry}: Failure): boolean {
  return code.startsWith('DNS_') && retry === 'fallback'
}

interface Asking {
  readonly servers: readonly NamedServer[]
  readonly share: Millis
  readonly signal: AbortSignal
  readonly options: OtherResolversOptions
  readonly failure: Failure
}

/** Null when none of them helped. A server that says that the name does not exist ends the search. */
async function askOthers(name: string, family: Family | 0, asking: Asking): Promise<Lookup | null> {
  const {servers, options, signal, failure} = asking
  const {askForAddresses} = await import('./ask-for-addresses.ts')
  const tried: string[] = [`the system resolver: ${failure.code}`]
  for (const server of servers) {
    if (signal.aborted) return null
    const answer = await askForAddresses({name, family, server, share: asking.share, signal}, options.ports)
    tried.push(
      `${answer.resolver}: ${answer.failure?.code ?? answer.addresses.map(({address}) => address).join(', ')}`,
    )
    const text = tried.join('; ')
    if (answer.addresses.length > 0) {
      options.onStep({strategy: 'resolvers', result: 'helped', text})
      return answer.addresses
    }
    if (answer.failure && !saysNothing(answer.failure) && answer.failure.code.startsWith('DNS_')) break
  }
  options.onStep({strategy: 'resolvers', result: 'failed', text: tried.join('; ')})
  return null
}
