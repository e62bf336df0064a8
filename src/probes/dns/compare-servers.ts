/** Asks all servers the same and says who differs. */
import {makeFailure} from '../../core/codes/index.ts'
import type {ComparedResolver, DnsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome} from '../../core/outcome.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Server} from './ask.ts'
import {type AskPlan, type Asked, type One, askOne} from './ask-servers.ts'
import type {ExchangePorts, Received} from './exchange.ts'

interface Result extends One {
  readonly server: Server
  readonly took: number
}

/**
 * All at the same time, each with all of the time. They agree when rcode and the set of answers are the same; the order of
 * the answers, TTLs and everything else may differ. Who gives no answer has no part in that, but fails the sample too.
 */
export async function compareServers(plan: AskPlan, ports: ExchangePorts): Promise<Asked> {
  const {clock} = ports
  const started = clock.now()
  const results = await Promise.all(
    plan.servers.map(async (server): Promise<Result> => {
      const one = await askOne(plan, server, 1, ports)
      return {...one, server, took: clock.now() - started}
    }),
  )
  const took = clock.now() - started
  const usual = usualAnswer(results)
  const differing = results.filter((result) => saidOf(result) !== null && saidOf(result) !== usual)
  const speaker = results.find((result) => saidOf(result) === usual && usual !== null) ?? results[0]
  if (!speaker) throw new TypeError('at least two servers are compared')
  const {received, facts} = speaker
  return {
    failure: failureOf(results, differing),
    server: speaker.server,
    facts: facts && {...facts, ...comparisonOf(results, differing)},
    connect: received?.connect ?? null,
    wait: received?.wait ?? null,
    tls: received?.tls ?? null,
    took,
    addresses: results.map(outcomeOf),
  }
}

/** What a server says about the name, in a form that can be compared; null when it says nothing about it. */
function saidOf({facts, failure}: One): string | null {
  const isAnswer = failure === null || failure.code === 'DNS_NXDOMAIN' || failure.code === 'DNS_NODATA'
  return facts && isAnswer ? [facts.rcode, ...facts.answers.toSorted()].join('\n') : null
}

/** What most say; of several with the same number the one that was named first. */
function usualAnswer(results: readonly Result[]): string | null {
  const counts = new Map<string, number>()
  for (const result of results) {
    const said = saidOf(result)
    if (said !== null) counts.set(said, (counts.get(said) ?? 0) + 1)
  }
  const most = Math.max(0, ...counts.values())
  return [...counts].find(([, count]) => count === most)?.[0] ?? null
}

function comparisonOf(
  results: readonly Result[],
  differing: readonly Result[],
): Pick<DnsFacts, 'agree' | 'serial_spread' | 'compared'> {
  const serials = results.flatMap(({facts}) => {
    const serial = facts?.serial ?? null
    return serial === null ? [] : [serial]
  })
  return {
    agree: differing.length === 0,
    ...(serials.length > 0 ? {serial_spread: Math.max(...serials) - Math.min(...serials)} : {}),
    compared: results.map((result) => compared(result, differing.includes(result))),
  }
}

function compared({server, facts, failure, received}: Result, differs: boolean): ComparedResolver {
  return {
    resolver: joinHostPort(server.address, server.port),
    differs,
    ...saidBy(facts),
    rtt: received && timeOf(received),
    code: failure?.code ?? null,
  }
}

function saidBy(facts: DnsFacts | null): Pick<ComparedResolver, 'rcode' | 'answers' | 'ttl' | 'serial'> {
  if (!facts) return {rcode: null, answers: [], ttl: null, serial: null}
  const {rcode, answers, ttl, serial} = facts
  return {rcode, answers, ttl, serial}
}

function timeOf({connect, tls, wait}: Received): number {
  return (connect ?? 0) + (tls?.took ?? 0) + wait
}

/** The disagreement weighs more than a server that is silent; then what all agree on; then the first that failed. */
function failureOf(results: readonly Result[], differing: readonly Result[]): Failure | null {
  const name = ({server}: Result): string => joinHostPort(server.address, server.port)
  const silent = results.filter((result) => saidOf(result) === null)
  const also = silent.map((result) => `${name(result)}: ${result.failure?.code ?? 'no answer'}`)
  if (differing.length > 0) {
    const texts = differing.map((result) => `${name(result)} says ${wordsOf(result)}`)
    const most = results.find((result) => saidOf(result) !== null && !differing.includes(result))
    const usual = most ? `, most say ${wordsOf(most)}` : ''
    const besides = also.length === 0 ? '' : `; besides, ${also.join(', ')}`
    return makeFailure('DNS_DISAGREE', `${texts.join('; ')}${usual}${besides}`)
  }
  return silent[0]?.failure ?? results[0]?.failure ?? null
}

function wordsOf({facts}: One): string {
  if (!facts) return 'nothing'
  return facts.answers.length === 0 ? facts.rcode : facts.answers.toSorted().join(', ')
}

function outcomeOf({server, failure, took}: Result): AddressOutcome {
  const {address, family} = server
  const end = failure ? ({status: 'failed', failure} as const) : ({status: 'ok'} as const)
  return {address, family, startedAfter: 0, took, ...end}
}
