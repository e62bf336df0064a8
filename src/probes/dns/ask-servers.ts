/** Asks one server after the other until one gives an answer that counts. */
import {makeFailure} from '../../core/codes/index.ts'
import type {DnsFacts, TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome} from '../../core/outcome.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {answerFailure} from './answer-failure.ts'
import type {Ask, Server} from './ask.ts'
import {DnsFormatError} from './codec/reader.ts'
import {exchange} from './exchange-any.ts'
import type {ExchangePorts, ExchangeRequest, Exchanged, Received, SecureMeans} from './exchange.ts'
import {factsOf} from './facts.ts'

export interface AskPlan {
  readonly ask: Ask
  readonly secure: SecureMeans | null
  readonly servers: readonly Server[]
  readonly source: string | undefined
  readonly interface: string | undefined
  readonly deadline: Deadline
}

/** The decisive answer or failure, and what became of every server. */
export interface Asked {
  readonly failure: Failure | null
  readonly server: Server | null
  readonly facts: DnsFacts | null
  readonly connect: Millis | null
  readonly wait: Millis | null
  readonly tls: Received['tls'] | {readonly took: null; readonly facts: TlsFacts}
  /** From the first question to the decisive answer, or to giving up. */
  readonly took: Millis
  readonly addresses: readonly AddressOutcome[]
}

export interface One {
  readonly failure: Failure | null
  /** Of a resolver behind TLS that did not come to an answer. */
  readonly tls?: TlsFacts
  readonly facts: DnsFacts | null
  readonly received: Received | null
}

interface Timed extends One {
  readonly at: Millis
  readonly took: Millis
}

/**
 * Like the system's resolver, but visible: each server gets an equal share of the time that is left. The next one
 * is asked after silence, an unreachable or closed port, and an answer that says nothing about the name. At least one
 * server has to be given.
 */
export async function askServers(plan: AskPlan, ports: ExchangePorts): Promise<Asked> {
  const {servers, deadline} = plan
  const started = ports.clock.now()
  const results: Timed[] = []
  for (const [index, server] of servers.entries()) {
    const at = ports.clock.now() - started
    const one = await askOne(plan, server, servers.length - index, ports)
    results.push({...one, at, took: ports.clock.now() - started - at})
    if (!one.failure || !mayAskAnother(one.failure) || deadline.signal.aborted) break
  }
  return conclude(servers, results, ports.clock.now() - started)
}

function conclude(servers: readonly Server[], results: readonly Timed[], elapsed: Millis): Asked {
  const decisive = decisiveIndex(results.map(({failure}) => failure))
  const result = results[decisive]
  const server = servers[decisive] ?? null
  const addresses = servers.map((each, index) => outcomeOf(each, results[index]))
  if (!result)
    return {
      failure: null,
      server,
      facts: null,
      connect: null,
      wait: null,
      tls: null,
      took: elapsed,
      addresses,
    }
  const {failure, facts, received} = result
  return {
    failure: failure && withOthers(failure, results.length),
    server,
    facts,
    connect: received?.connect ?? null,
    wait: received?.wait ?? null,
    tls: received?.tls ?? (result.tls ? {took: null, facts: result.tls} : null),
    took: received ? result.at + result.took : elapsed,
    addresses,
  }
}

function outcomeOf({address, family}: Server, result: Timed | undefined): AddressOutcome {
  if (!result) return {address, family, status: 'not-tried'}
  const {failure, at, took} = result
  const end = failure ? ({status: 'failed', failure} as const) : ({status: 'ok'} as const)
  return {address, family, startedAfter: at, took, ...end}
}

/** Asks one server within a share of the time: the last of `left` has all of it. */
export async function askOne(
  plan: AskPlan,
  server: Server,
  left: number,
  ports: ExchangePorts,
): Promise<One> {
  const {ask, deadline: whole, source, secure, interface: device} = plan
  const share = startDeadline({
    clock: ports.clock,
    after: whole.left() / left,
    level: 'resolver',
    parent: whole.signal,
  })
  // The last one has all that is left: its own deadline would only race the sample's.
  const deadline = left === 1 ? whole : share
  try {
    const request = {ask, server, source, secure, interface: device, deadline}
    const one = judge(await exchange(request, ports), request, ports)
    return one.failure?.code === 'DNS_SERVFAIL' ? await withoutValidation(one, request, ports) : one
  } finally {
    share.stop()
  }
}

/** An answer that comes only without validation shows what SERVFAIL hides (RFC 4035 section 4.9.3). */
async function withoutValidation(one: One, request: ExchangeRequest, ports: ExchangePorts): Promise<One> {
  const {options} = request.ask
  if (!options.dnssec || options.cd) return one
  const ask = {...request.ask, options: {...options, cd: true}}
  const again = judge(await exchange({...request, ask}, ports), {...request, ask}, ports)
  if (again.failure || !again.facts) return one
  const said = one.facts?.errors?.join('; ')
  const because = said === undefined ? '' : ` (${said})`
  const text = `${again.facts.resolver} answers ${again.facts.question.name} only without validation${because}`
  const failure = makeFailure('DNS_BOGUS', text, {cause: 'SERVFAIL'})
  // The signatures are in the second answer, the verdict in the first.
  return {...again, facts: {...again.facts, rcode: 'SERVFAIL'}, failure}
}

function judge(exchanged: Exchanged, {ask, server}: ExchangeRequest, {clock}: ExchangePorts): One {
  const now = Math.floor(clock.wall() / 1000)
  const received = exchanged.status === 'received' ? exchanged : (exchanged.cut ?? null)
  try {
    const facts = received && factsOf(received, ask, server, now)
    if (exchanged.status === 'failed') {
      const {failure, tls} = exchanged
      return {failure, facts, received, ...(tls ? {tls} : {})}
    }
    return {failure: facts && answerFailure(exchanged.message, facts), facts, received}
  } catch (error) {
    if (!(error instanceof DnsFormatError)) throw error
    const peer = joinHostPort(server.address, server.port)
    const broken = makeFailure('DNS_MALFORMED', `${peer} answered, but ${error.message}`)
    return {failure: exchanged.status === 'failed' ? exchanged.failure : broken, facts: null, received}
  }
}

/** What a server knows about the name is final; what is wrong with the server or the way to it is not. */
function mayAskAnother(failure: Failure): boolean {
  return failure.code !== 'DNS_NXDOMAIN' && failure.code !== 'DNS_NODATA' && failure.category !== 'cancelled'
}

/** The success, else the final word of a server, else the first one that answered at all, else the first. */
function decisiveIndex(failures: readonly (Failure | null)[]): number {
  const last = failures.length - 1
  const end = failures[last]
  if (end === undefined || end === null || !mayAskAnother(end)) return last
  const answered = failures.findIndex(
    (failure) => failure !== null && failure.cause !== undefined && isRcode(failure),
  )
  return Math.max(0, answered)
}

function isRcode({code}: Failure): boolean {
  return ['DNS_SERVFAIL', 'DNS_REFUSED', 'DNS_FORMERR', 'DNS_NOTIMP', 'DNS_RCODE'].includes(code)
}

function withOthers(failure: Failure, tried: number): Failure {
  return tried < 2 ? failure : {...failure, message: `${failure.message} (${tried} servers were asked)`}
}
