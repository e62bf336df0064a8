/** Name constraints of an issuer (RFC 5280 §4.2.1.10): which names it may give certificates to. */
import {OID, type Certificate} from './certificate.ts'
import {derChildren, latin1, readDer, sameBytes, type DerNode} from './der.ts'
import {nameParts} from './distinguished-name.ts'
import {GENERAL_NAME, ipOctets} from './general-names.ts'

/** The first name of `leaf` that `issuer` may not vouch for; null when all are allowed. */
export function forbiddenName(issuer: Certificate, leaf: Certificate): string | null {
  const extension = issuer.extensions.get(OID.nameConstraints)
  if (!extension) return null
  const lists = derChildren(readDer(extension.value))
  const permitted = subtrees(lists.find((list) => list.tag === 0xa0))
  const excluded = subtrees(lists.find((list) => list.tag === 0xa1))
  for (const name of subjectNames(leaf)) {
    const same = (base: DerNode): boolean => base.tag === name.tag
    const bases = permitted.filter(same)
    const allowed = bases.length === 0 || bases.some((base) => name.within(base))
    if (!allowed || excluded.filter(same).some((base) => name.within(base))) return name.text
  }
  return null
}

/** The base of each GeneralSubtree. */
function subtrees(list: DerNode | undefined): readonly DerNode[] {
  return derChildren(list)
    .map((subtree) => derChildren(subtree)[0])
    .filter((base) => base !== undefined)
}

interface SubjectName {
  readonly tag: number
  readonly text: string
  within(base: DerNode): boolean
}

function subjectNames(leaf: Certificate): readonly SubjectName[] {
  const {dns, ips} = leaf.names
  const subject = nameParts(leaf.subject)
  return [
    ...dns.map((text) => ({
      tag: GENERAL_NAME.dns,
      text,
      within: (base: DerNode) => dnsWithin(text, latin1(base.body)),
    })),
    ...ips.map((text) => ({
      tag: GENERAL_NAME.ip,
      text,
      within: (base: DerNode) => ipWithin(ipOctets(text) ?? new Uint8Array(), base.body),
    })),
    ...(subject.length === 0
      ? []
      : [
          {
            tag: GENERAL_NAME.directory,
            text: 'its subject',
            within: (base: DerNode) => nameParts(base.body).every((part, index) => part === subject[index]),
          },
        ]),
  ]
}

/** The base itself or any name below it; a base that begins with a dot is meant in the same way. */
function dnsWithin(name: string, base: string): boolean {
  const lower = name.toLowerCase()
  const bare = base.toLowerCase().replace(/^\./, '')
  return bare === '' || lower === bare || lower.endsWith(`.${bare}`)
}

/** The base is an address followed by a mask of the same length. */
function ipWithin(address: Uint8Array, base: Uint8Array): boolean {
  if (base.length !== 2 * address.length) return false
  const mask = base.subarray(address.length)
  const masked = (octets: Uint8Array): Uint8Array => octets.map((octet, index) => octet & (mask[index] ?? 0))
  return sameBytes(masked(address), masked(base.subarray(0, address.length)))
}
