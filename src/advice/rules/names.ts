/** Resolvers and names. */
import type {Failure} from '../../core/failure.ts'
import type {NamesSeen, Observed, ResolverSeen} from '../observed.ts'
import {answersPing, failureOf, isAbsent, isAlive} from '../reach.ts'
import {type Finding, type Rule, fromFailure, makeFinding} from '../rule.ts'

const OWN_NETWORK = ['link', 'address', 'route', 'gateway'] as const

export const resolver: Rule = {
  name: 'resolver',
  dependsOn: OWN_NETWORK,
  find: ({names}) => {
    if (names === null) return []
    const {resolvers} = names
    const dead = resolvers.filter((each) => each.answers.length > 0 && !isAlive(each))
    if (resolvers.length === 0) return isKnown(names) ? [] : [noResolver(names)]
    if (dead.length === 0) return []
    if (dead.length === resolvers.length) return [allDead(names, dead)]
    return [someDead(names, dead)]
  },
}

function isKnown({system}: NamesSeen): boolean {
  return system[4]?.status === 'found' || system[6]?.status === 'found'
}

function noResolver({host}: NamesSeen): Finding {
  return makeFinding('DNS_NO_RESOLVER', {
    layer: 'resolver',
    text: `/etc/resolv.conf names no server that could be asked for ${host}`,
    evidence: ['/etc/resolv.conf: no usable nameserver line'],
  })
}

function allDead(names: NamesSeen, dead: readonly ResolverSeen[]): Finding {
  const [first] = dead
  const failure = (first && failureIn(first)) ?? null
  const all = dead.length === 1 ? `the resolver ${first?.address ?? ''}` : `all ${dead.length} resolvers`
  const details = {
    layer: 'resolver',
    // A name from the hosts file does not need them.
    severity: isKnown(names) ? 'warning' : 'fatal',
    addresses: dead.map(({address}) => address),
    evidence: dead.map(describe),
    next: dead.map(({address}) => `netdrill probe dns ${names.host} --server ${address}`).slice(0, 1),
  } as const
  if (!failure) return makeFinding('DNS_TIMEOUT', {...details, text: `${all} did not answer`})
  if (dead.every(isAbsent)) {
    const text = `${all} should be on the own link, but nobody there answers for it`
    return makeFinding('DNS_UNREACHABLE', {...details, text})
  }
  const finding = fromFailure(failure, details)
  return {...finding, text: `${all} ${SAYS[failure.code] ?? `failed: ${failure.message}`}`}
}

const SAYS: Readonly<Record<string, string>> = {
  DNS_TIMEOUT: 'did not answer within 1.5s',
  DNS_REFUSED: 'refused to answer (REFUSED)',
  DNS_SERVFAIL: 'failed (SERVFAIL)',
  DNS_PORT_CLOSED: 'runs no name server: port 53 is closed',
}

function someDead({resolvers, system}: NamesSeen, dead: readonly ResolverSeen[]): Finding {
  const [first] = dead
  const isFirst = first?.address === resolvers[0]?.address
  const isSlow = [system[4], system[6]].some((seen) => seen?.status === 'slow')
  const list = dead.map(({address}) => address).join(', ')
  const code = (first && failureIn(first)?.code) ?? 'no answer'
  const wait = isSlow ? ', and every lookup waits for it' : ''
  return makeFinding('RESOLVER_PARTIAL', {
    layer: 'resolver',
    severity: isFirst || isSlow ? 'degraded' : 'warning',
    addresses: dead.map(({address}) => address),
    text: `the resolver ${list} does not work (${code})${wait}; another one does`,
    evidence: resolvers.map(describe),
    next: dead.slice(0, 1).map(({address}) => `take nameserver ${address} out of /etc/resolv.conf`),
  })
}

function failureIn({answers}: ResolverSeen): Failure | null {
  const failures = answers.flatMap(({outcome}) => (outcome.status === 'failed' ? [outcome.failure] : []))
  return failures[0] ?? null
}

function describe(seen: ResolverSeen): string {
  const ok = seen.answers.find(({outcome}) => outcome.status === 'ok')
  const failure = failureIn(seen)
  const said = ok ? 'answers' : isAlive(seen) ? 'answers' : (failure?.code ?? 'not asked')
  const ping = answersPing(seen.ping)
  return `${seen.address}: ${said}${ping === null ? '' : ping ? ', answers ping' : ', no ping reply'}`
}

export const name: Rule = {
  name: 'name',
  dependsOn: [...OWN_NETWORK, 'resolver'],
  find: (observed) => {
    const {names, addresses} = observed
    if (names === null) return []
    const disagreement = disagree(names, addresses.length > 0)
    if (addresses.length > 0) return disagreement
    const found = [...disagreement, missing(names, observed)]
    return found.slice(0, 1)
  },
}

/** One resolver has addresses for a name of which another says that it does not exist. */
function disagree(names: NamesSeen, isReached: boolean): readonly Finding[] {
  const answers = names.resolvers.flatMap((each) =>
    each.answers.map((answer) => ({...answer, from: each.address})),
  )
  const yes = answers.filter(({outcome}) => outcome.status === 'ok')
  const no = answers.filter(({outcome}) => failureOf(outcome)?.code === 'DNS_NXDOMAIN')
  const clash = yes.flatMap((one) => {
    const other = no.find((each) => each.name === one.name && each.from !== one.from)
    return other ? [{one, other}] : []
  })[0]
  if (!clash) return []
  const {one, other} = clash
  return [
    makeFinding('DNS_CONTRADICTION', {
      layer: 'name',
      severity: isReached ? 'degraded' : 'fatal',
      text: `${one.from} knows ${one.name}, ${other.from} says that it does not exist`,
      evidence: [`${one.from}: has ${one.name}`, `${other.from}: NXDOMAIN for ${one.name}`],
      next: [`netdrill probe dns ${one.name} --server ${other.from}`],
    }),
  ]
}

function missing(names: NamesSeen, {target}: Observed): Finding {
  const {host, configuration, elsewhere} = names
  const failures = names.resolvers.flatMap(({answers}) =>
    answers.flatMap((answer) => {
      const failure = failureOf(answer.outcome)
      return failure ? [{...answer, failure}] : []
    }),
  )
  const nxdomain = failures.filter(({failure}) => failure.code === 'DNS_NXDOMAIN')
  const evidence = [
    ...new Set(nxdomain.map((each) => `${each.name}: NXDOMAIN`)),
    `search ${configuration.search.join(' ') || '(none)'}, ndots ${configuration.ndots}`,
    ...elsewhere.map((each) => `${each}: exists`),
  ]
  if (nxdomain.length > 0 && isSearchTrouble(names)) return searchFinding(names, target.text, evidence)
  const system = [names.system[4], names.system[6]].flatMap((seen) =>
    seen?.status === 'failed' ? [seen.failure] : [],
  )
  const chosen = [
    failures.find(({failure}) => failure.code === 'DNS_NODATA')?.failure,
    nxdomain.find((each) => each.name === host)?.failure,
    nxdomain[0]?.failure,
    ...system,
  ].find((failure) => failure !== undefined)
  if (chosen) return fromFailure(chosen, {layer: 'name', evidence})
  return makeFinding('DNS_TIMEOUT', {layer: 'name', text: `${host} was not resolved in time`, evidence})
}

/** A short name without a search list is never found; with one, only a name that does exist nearby is proof. */
function isSearchTrouble({host, configuration, elsewhere}: NamesSeen): boolean {
  const isShort = !host.replace(/\.$/, '').includes('.')
  return elsewhere.length > 0 || (isShort && configuration.search.length === 0)
}

function searchFinding(
  {host, configuration, elsewhere}: NamesSeen,
  target: string,
  evidence: readonly string[],
): Finding {
  const [full] = elsewhere
  const text =
    full === undefined
      ? `"${host}" is a short name, and no search domain is set that would complete it`
      : `"${host}" is not found in ${configuration.search.join(', ')}, but ${full} exists`
  const next = full === undefined ? [] : [`netdrill diagnose ${target.replace(host, full)}`]
  return makeFinding('DNS_SEARCH_DOMAIN', {layer: 'name', text, evidence, next})
}

/** Proven by the address that DNS gives: it takes connections, those of the hosts file do not. */
export const hosts: Rule = {
  name: 'hosts',
  dependsOn: [],
  find: ({names, addresses, beyondHosts}) => {
    const good = beyondHosts.find(({tcp}) => tcp.status === 'ok')
    if (names === null || names.hosts.length === 0 || !good) return []
    const list = names.hosts.join(', ')
    return [
      makeFinding('HOSTS_OVERRIDE', {
        layer: 'name',
        addresses: addresses.map(({address}) => address),
        text: `/etc/hosts sends ${names.host} to ${list}, which does not work; DNS says ${good.address}, which does`,
        evidence: [
          ...addresses.map(({address, tcp}) => `${address} (hosts): ${failureOf(tcp)?.code ?? 'no answer'}`),
          `${good.address} (DNS): connects`,
        ],
        next: [`remove the line of ${names.host} from /etc/hosts`],
      }),
    ]
  },
}
