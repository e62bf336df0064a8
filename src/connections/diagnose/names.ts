/** Resolves the target's name in every way at once: as programs do, and by asking each resolver itself. */
import type {AnswerSeen, NamesSeen, ResolverSeen} from '../../advice/observed.ts'
import {addressFamily} from '../../core/address.ts'
import type {ResolvedAddress, ResolverConfiguration} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {Hops} from './hops.ts'
import {lookUp} from './look-up.ts'
import {addressesInHosts, nearbyNames, searchNames} from './search-names.ts'
import {type WalkRun, probeOnce} from './walk-run.ts'

/** A resolver that needs longer is as good as dead: programs wait 5 s for it (resolv.conf(5)). */
const RESOLVER_LIMIT: Millis = 1500
/** A resolver that has answered nothing by then may be a dead one. */
const HEARD_WITHIN: Millis = 300
const FAMILIES = [4, 6] as const

export async function lookAtNames(run: WalkRun, hops: Hops, host: string): Promise<NamesSeen> {
  const {resolver, files} = run.ports
  const configuration = await resolver.configuration()
  const hosts = addressesInHosts((await files.readText('/etc/hosts')) ?? '', host)
  const isLocal = /(^|\.)localhost\.?$/i.test(host)
  const heard = listenFor(run, configuration.servers)
  const asked = isLocal
    ? []
    : // RFC 6761 section 6.3: this name is nobody else's business.
      askResolvers(run, hops, {names: searchNames(host, configuration), heard: heard.tell}, configuration)
  const safe = isLocal || hosts.length > 0 || (await heard.all)
  const [four, six, resolvers] = await Promise.all([
    lookUp(run, host, 4, safe),
    lookUp(run, host, 6, safe),
    asked,
  ])
  const system = {4: four, 6: six}
  const isKnown =
    isLocal || four?.status === 'found' || six?.status === 'found' || goodAnswers(resolvers).length > 0
  const elsewhere = isKnown ? [] : await findNearby(run, host, {configuration, resolvers})
  return {host, configuration, hosts, system, resolvers, elsewhere}
}

/** What the walk goes on with: the system's answer, or that of the resolvers when the system is too slow to tell. */
export function addressesOf(names: NamesSeen): readonly ResolvedAddress[] {
  const system = FAMILIES.flatMap((family) => {
    const seen = names.system[family]
    return seen?.status === 'found' ? seen.addresses : []
  })
  const texts = system.length > 0 ? system : isWaiting(names) ? goodAnswers(names.resolvers) : []
  return [...new Set(texts)].flatMap((address) => {
    const family = addressFamily(address.replace(/%.*$/, ''))
    return family === null ? [] : [{address, family}]
  })
}

function isWaiting({system}: NamesSeen): boolean {
  return FAMILIES.some((family) => system[family]?.status === 'slow')
}

interface Listening {
  readonly tell: (server: string) => void
  /** Whether all were heard in time. */
  readonly all: Promise<boolean>
}

function listenFor({ports}: WalkRun, servers: readonly string[]): Listening {
  const missing = new Set(servers)
  const {promise, resolve} = Promise.withResolvers<boolean>()
  const cancel = ports.clock.after(HEARD_WITHIN, () => resolve(false))
  const tell = (server: string): void => {
    missing.delete(server)
    if (missing.size > 0) return
    cancel()
    resolve(true)
  }
  if (missing.size === 0) tell('')
  return {tell, all: promise}
}

interface Question {
  readonly names: readonly string[]
  /** Told when a server has said anything at all. */
  readonly heard: (server: string) => void
}

async function askResolvers(
  run: WalkRun,
  hops: Hops,
  {names, heard}: Question,
  {servers}: ResolverConfiguration,
): Promise<readonly ResolverSeen[]> {
  const known = servers.flatMap((address) => {
    const family = addressFamily(address.replace(/%.*$/, ''))
    return family === null ? [] : [{address, family}]
  })
  return Promise.all(
    known.map(async (server) => {
      const [answers, route] = await Promise.all([
        askAll(run, server, {names, heard}),
        hops.route(server.address),
      ])
      // Of a resolver that answers nobody needs to know how far away it is.
      const isSilent = answers.every(
        ({outcome}) => outcome.status === 'failed' && isSilence(outcome.failure.code),
      )
      if (!isSilent) return {...server, route, gateway: null, ping: null, neighbour: null, answers}
      const [gateway, ping] = await Promise.all([hops.gateway(route, server.family), hops.ping(server)])
      const neighbour = await hops.neighbour(route, server.address)
      return {...server, route, gateway, ping, neighbour, answers}
    }),
  )
}

function isSilence(code: string): boolean {
  return code === 'DNS_TIMEOUT' || code === 'DNS_UNREACHABLE' || code.startsWith('NET_')
}

async function askAll(
  run: WalkRun,
  server: ResolvedAddress,
  {names, heard}: Question,
): Promise<readonly AnswerSeen[]> {
  const questions = names.flatMap((name) => FAMILIES.map((family) => ({name, family})))
  const answers = await Promise.all(
    questions.map(async ({name, family}) => {
      const host = joinHostPort(server.address, 53)
      const url = `dns://${host}/${name}?type=${family === 4 ? 'A' : 'AAAA'}`
      const outcome = await probeOnce(run, {kind: 'dns', url, within: RESOLVER_LIMIT})
      if (outcome === null) return []
      const isHeard = outcome.status !== 'failed' || !isSilence(outcome.failure.code)
      if (isHeard) heard(server.address)
      return [{name, family, outcome}]
    }),
  )
  return answers.flat()
}

/** Addresses that the resolvers gave, of the first name in the search list that has any. */
export function goodAnswers(resolvers: readonly ResolverSeen[]): readonly string[] {
  const all = resolvers.flatMap(({answers}) => answers)
  const named = all.filter(({outcome}) => outcome.status === 'ok' && answersOf(outcome).length > 0)
  const first = named[0]?.name
  return named.filter(({name}) => name === first).flatMap(({outcome}) => answersOf(outcome))
}

function answersOf(outcome: AnswerSeen['outcome']): readonly string[] {
  const answers = outcome.status === 'ok' ? (outcome.reading.dns?.answers ?? []) : []
  return answers.filter((text) => addressFamily(text) !== null)
}

interface Asked {
  readonly configuration: ResolverConfiguration
  readonly resolvers: readonly ResolverSeen[]
}

/** Only resolvers that answer are asked again, and only those that are configured anyway. */
async function findNearby(
  run: WalkRun,
  host: string,
  {configuration, resolvers}: Asked,
): Promise<readonly string[]> {
  const names = nearbyNames(host, configuration)
  const server = resolvers.find(({answers}) =>
    answers.some(({outcome}) => outcome.status === 'failed' && outcome.failure.code === 'DNS_NXDOMAIN'),
  )
  if (!server || names.length === 0) return []
  const answers = await askAll(run, server, {names, heard: () => {}})
  const good = answers.filter(({outcome}) => answersOf(outcome).length > 0)
  return [...new Set(good.map(({name}) => name))]
}
