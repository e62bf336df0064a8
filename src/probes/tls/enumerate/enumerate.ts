/** Everything a server accepts: versions, cipher suites, groups, and whose order decides. */
import type {
  TlsCipherOffer,
  TlsEnumeration,
  TlsGroupOffer,
  TlsOffer,
  TlsVersionOffer,
} from '../../../core/facts.ts'
import type {Ports, ResolvedAddress} from '../../../core/ports.ts'
import type {Millis} from '../../../core/units.ts'
import {startDeadline} from '../../shared/deadline.ts'
import type {TlsTarget} from '../measure.ts'
import {cipherName, versionName} from '../registry.ts'
import {VERSION} from './client-hello.ts'
import {Inquiry} from './inquiry.ts'
import {listCiphers, listGroups, type CipherList, type FoundCipher, type GroupList} from './list.ts'
import {VERSIONS} from './offered.ts'
import {cipherBits, isPostQuantum, judgeCipher, judgeGroup, judgeVersion, worstOf} from './strength.ts'

export interface EnumerationRequest {
  readonly target: TlsTarget
  readonly winner: ResolvedAddress
  /** How long one connection may take. */
  readonly patience: Millis
  /** The user's abort. */
  readonly signal: AbortSignal
}

/** Of all connections together; a server far away with a long list takes ten seconds. */
const LONGEST: Millis = 60_000
/** Few enough for limits on half-open connections, and enough that the versions are asked about side by side. */
const PARALLEL = 6

/** Needs a server that has been reached. Never throws for what it does. */
export async function enumerateTls(request: EnumerationRequest, ports: Ports): Promise<TlsEnumeration> {
  const {clock} = ports
  const {target, winner, patience, signal} = request
  const started = clock.now()
  const deadline = startDeadline({clock, after: LONGEST, level: 'step', parent: signal})
  try {
    const inquiry = new Inquiry({target, winner, patience, deadline, parallel: PARALLEL}, ports)
    const {lists, groups} = await askAll(inquiry)
    // What closed the connection or kept silent said no, if it still answers what it can answer.
    const doubtful = lists.filter(({status}) => status === 'unknown')
    const sound = doubtful.length === 0 || (await inquiry.stillAnswers()) === true
    const unknown = sound ? [] : doubtful.map(({version}) => versionName(version))
    const offers = lists
      .filter(({status}) => status === 'yes')
      .map((list) => versionOffer(list, groups.get(list.version)))
    return {
      ...overview(offers),
      unknown,
      complete: inquiry.stopped === null && unknown.length === 0,
      stopped: inquiry.stopped,
      connections: inquiry.connections,
      took_ms: clock.now() - started,
    }
  } finally {
    deadline.stop()
  }
}

async function askAll(inquiry: Inquiry): Promise<{
  readonly lists: readonly CipherList[]
  readonly groups: ReadonlyMap<number, GroupList>
}> {
  const lists = await Promise.all(VERSIONS.map(async (version) => listCiphers(inquiry, version)))
  const newest = lists.find(({version, status}) => status === 'yes' && version !== VERSION.tls13)
  const tls13 = lists.find(({version, status}) => status === 'yes' && version === VERSION.tls13)
  const groups = await Promise.all(
    [tls13, newest].map(async (list) => {
      if (!list) return []
      const ciphers = list.found.map(({cipher}) => cipher).filter(usesGroup)
      return [[list.version, await listGroups(inquiry, list.version, ciphers)] as const]
    }),
  )
  return {lists, groups: new Map(groups.flat())}
}

function usesGroup(cipher: number): boolean {
  const name = cipherName(cipher)
  return !name.includes('_WITH_') || name.startsWith('TLS_ECDHE_') || name.startsWith('TLS_ECDH_anon')
}

function versionOffer({version, found, order}: CipherList, list: GroupList | undefined): TlsVersionOffer {
  const name = versionName(version)
  return {
    name,
    ...judgeVersion(name),
    ciphers: found.map(cipherOffer),
    order,
    groups: (list?.groups ?? []).map(groupOffer),
    group_order: list?.order ?? null,
  }
}

function cipherOffer({cipher, group}: FoundCipher): TlsCipherOffer {
  const name = cipherName(cipher)
  const id = `0x${cipher.toString(16).padStart(4, '0')}`
  return {name, id, bits: cipherBits(name), group, ...judgeCipher(name, group)}
}

function groupOffer(name: string): TlsGroupOffer {
  return {name, post_quantum: isPostQuantum(name), ...judgeGroup(name)}
}

function overview(
  offers: readonly TlsVersionOffer[],
): Pick<TlsEnumeration, 'versions' | 'ciphers' | 'groups' | 'weakest' | 'offers'> {
  const names = (list: readonly TlsOffer[]): readonly string[] => [...new Set(list.map(({name}) => name))]
  const ciphers = offers.flatMap((offer) => offer.ciphers)
  const groups = offers.flatMap((offer) => offer.groups)
  const weakest = worstOf([...offers, ...ciphers, ...groups].map(({strength}) => strength))
  return {versions: names(offers), ciphers: names(ciphers), groups: names(groups), weakest, offers}
}
