/** Asks one resolver for the addresses of a name, with our own DNS client. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {Ports, ResolvedAddress} from '../../core/ports.ts'
import type {NamedServer} from '../../core/server-address.ts'
import {joinHostPort, parseTargetUrl} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import {addressFamily} from '../../core/address.ts'
import {askOf} from '../dns/ask.ts'
import {askOne} from '../dns/ask-servers.ts'
import {dnsOptions} from '../dns/options.ts'
import {DNS_PORT} from '../dns/servers.ts'
import {startDeadline} from '../shared/deadline.ts'

export interface AddressQuestion {
  readonly name: string
  readonly family: Family | 0
  readonly server: NamedServer
  readonly share: Millis
  readonly signal: AbortSignal
}

export interface AddressAnswer {
  readonly resolver: string
  readonly addresses: readonly ResolvedAddress[]
  /** Null when there are addresses. */
  readonly failure: Failure | null
}

const TYPES = {4: 'A', 6: 'AAAA'} as const

/** Asks for both families at once unless one is wanted; an answer in one of them is enough. */
export async function askForAddresses(
  question: AddressQuestion,
  ports: Pick<Ports, 'clock' | 'dial' | 'datagram'>,
): Promise<AddressAnswer> {
  const {family, server} = question
  const families: readonly Family[] = family === 0 ? [4, 6] : [family]
  const answers = await Promise.all(families.map(async (one) => askFamily(question, one, ports)))
  const addresses = answers.flatMap((answer) => answer.addresses)
  const resolver = joinHostPort(server.address, server.port ?? DNS_PORT)
  const failure = answers.find((answer) => answer.failure !== null)?.failure ?? null
  return {resolver, addresses, failure: addresses.length > 0 ? null : failure}
}

async function askFamily(
  {name, server, share, signal}: AddressQuestion,
  family: Family,
  ports: Pick<Ports, 'clock' | 'dial' | 'datagram'>,
): Promise<Omit<AddressAnswer, 'resolver'>> {
  const url = parseTargetUrl(`dns:///${encodeURIComponent(name)}`)
  const ask = url.ok ? askOf(url.value, dnsOptions.parse({type: TYPES[family]})) : {badName: url.because}
  if ('badName' in ask) return {addresses: [], failure: makeFailure('DNS_BAD_NAME', ask.badName)}
  const deadline = startDeadline({clock: ports.clock, after: share, level: 'resolver', parent: signal})
  try {
    const target = {address: server.address, family: server.family, port: server.port ?? DNS_PORT}
    const plan = {ask, secure: null, servers: [target], source: undefined, interface: undefined, deadline}
    const {failure, facts} = await askOne(plan, target, 1, ports)
    if (failure) return {addresses: [], failure}
    const found = (facts?.answers ?? []).filter((answer) => addressFamily(answer) === family)
    const addresses = found.map((address) => ({address, family}))
    const none = makeFailure('DNS_NODATA', `${name} has no IPv${family} address`)
    return {addresses, failure: addresses.length > 0 ? null : none}
  } finally {
    deadline.stop()
  }
}
