/** Lists what a server accepts: offers everything, and then everything but what it chose, until it refuses. */
import type {TlsOrder} from '../../../core/facts.ts'
import {groupName, groupNumber} from '../registry.ts'
import {VERSION} from './client-hello.ts'
import type {Answer, Inquiry, Question} from './inquiry.ts'
import {ciphersOf, commonCiphersOf, groupsOf} from './offered.ts'

export interface FoundCipher {
  readonly cipher: number
  readonly group: string | null
}

/** `unknown`: the server's behaviour does not tell; it may still turn out that it answers other questions well. */
export interface CipherList {
  readonly version: number
  readonly status: 'yes' | 'no' | 'unknown'
  /** In the order in which they were chosen. */
  readonly found: readonly FoundCipher[]
  readonly order: TlsOrder
}

export async function listCiphers(inquiry: Inquiry, version: number): Promise<CipherList> {
  const all = await collect(inquiry, version, ciphersOf(version))
  // Some old servers leave when they see a long list.
  const list = all.status === 'unknown' ? await collect(inquiry, version, commonCiphersOf(version)) : all
  const ciphers = list.found.map(({cipher}) => cipher)
  const order = await ciphersOrder(inquiry, version, ciphers)
  return {version, ...list, order}
}

async function collect(
  inquiry: Inquiry,
  version: number,
  offered: readonly number[],
): Promise<Pick<CipherList, 'status' | 'found'>> {
  const found: FoundCipher[] = []
  const groups = groupsOf(version)
  let left = offered
  while (left.length > 0) {
    const answer = await inquiry.ask({version, ciphers: left, groups, shares: true})
    if (answer.type !== 'accepted') {
      if (found.length === 0) return {status: isRefusal(answer) ? 'no' : 'unknown', found}
      if (!isRefusal(answer)) await inquiry.stillAnswers()
      break
    }
    found.push({cipher: answer.cipher, group: answer.group})
    left = left.filter((cipher) => cipher !== answer.cipher)
  }
  return {status: 'yes', found}
}

function isRefusal(answer: Answer): boolean {
  return answer.type === 'refused' || answer.type === 'other-version'
}

/** ChaCha20 is left out: servers may prefer it for those clients alone that put it first. */
async function ciphersOrder(inquiry: Inquiry, version: number, found: readonly number[]): Promise<TlsOrder> {
  const steady = found.filter((cipher) => !CHACHA.has(cipher))
  const ciphers = steady.length >= 2 ? steady : found
  if (ciphers.length < 2) return null
  const groups = groupsOf(version)
  const answer = await inquiry.ask({version, ciphers: ciphers.toReversed(), groups, shares: true})
  if (answer.type !== 'accepted') return null
  return answer.cipher === ciphers.at(-1) ? 'client' : 'server'
}

const CHACHA: ReadonlySet<number> = new Set([0x1303, 0xcca8, 0xcca9, 0xccaa])

export interface GroupList {
  readonly groups: readonly string[]
  readonly order: TlsOrder
}

/**
 * `ciphers`: accepted ones that use a group; without any there are no groups. No keys are sent at first, so that TLS 1.3
 * chooses by preference and not by what is at hand; a server that can't ask for a key is given them.
 */
export async function listGroups(
  inquiry: Inquiry,
  version: number,
  ciphers: readonly number[],
): Promise<GroupList> {
  if (ciphers.length === 0) return {groups: [], order: null}
  const list = await collectGroups(inquiry, {version, ciphers, shares: false})
  if (list.groups.length > 0 || version !== VERSION.tls13) return list
  return collectGroups(inquiry, {version, ciphers, shares: true})
}

async function collectGroups(inquiry: Inquiry, question: Omit<Question, 'groups'>): Promise<GroupList> {
  const found: number[] = []
  let left = groupsOf(question.version)
  while (left.length > 0) {
    const chosen = await askGroup(inquiry, {...question, groups: left})
    if (chosen === null || !left.includes(chosen)) break
    found.push(chosen)
    left = left.filter((group) => group !== chosen)
  }
  const [first] = found
  const again = found.length < 2 ? null : await askGroup(inquiry, {...question, groups: found.toReversed()})
  const order = again === null ? null : again === first ? 'server' : 'client'
  return {groups: found.map(groupName), order}
}

async function askGroup(inquiry: Inquiry, question: Question): Promise<number | null> {
  const answer = await inquiry.ask(question)
  if (answer.type === 'accepted' && answer.group !== null) return groupNumber(answer.group)
  if (answer.type === 'closed' || answer.type === 'silent') await inquiry.stillAnswers()
  return null
}
