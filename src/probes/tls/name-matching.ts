/** Does a certificate speak for this name? RFC 9525, without the common name (§2) and without partial wildcards (§6.3). */
import {domainToASCII} from 'node:url'
import type {GeneralNames} from './general-names.ts'
import {ipOctets, ipText} from './general-names.ts'

/** What the certificate is compared with: the host of the target, or the name given in its place. */
export type ReferenceName =
  | {readonly type: 'dns'; readonly name: string}
  /** In the text form of its octets, so that `::1` and `0:0:0:0:0:0:0:1` are one. */
  | {readonly type: 'ip'; readonly address: string}

/** Lower case, in its ASCII form (IDNA A-labels), without the dot at the end; a zone is cut off an address. */
export function referenceName(host: string): ReferenceName {
  const octets = ipOctets(host.replace(/%.*$/, ''))
  const address = octets ? ipText(octets) : null
  if (address !== null) return {type: 'ip', address}
  const ascii = domainToASCII(host) || host.toLowerCase()
  return {type: 'dns', name: ascii.replace(/\.$/, '')}
}

/** The name for SNI: an address must not be sent there (RFC 6066 §3). */
export function serverName(reference: ReferenceName): string | null {
  return reference.type === 'dns' && reference.name !== '' ? reference.name : null
}

/** An address matches only an iPAddress entry, a name only a dNSName entry. */
export function matchesName(reference: ReferenceName, names: GeneralNames): boolean {
  if (reference.type === 'ip') return names.ips.includes(reference.address)
  return names.dns.some((presented) => matchesDns(reference.name, presented))
}

/**
 * A wildcard counts only as the whole leftmost label, stands for exactly one label, and needs two more behind it:
 * `*.com` would speak for everybody.
 */
export function matchesDns(reference: string, presented: string): boolean {
  const wanted = reference.toLowerCase()
  const pattern = presented.toLowerCase()
  if (!isHostName(wanted)) return false
  if (!pattern.startsWith('*.')) return isHostName(pattern) && pattern === wanted
  const suffix = pattern.slice(2)
  const dot = wanted.indexOf('.')
  return dot > 0 && isHostName(suffix) && suffix.includes('.') && wanted.slice(dot + 1) === suffix
}

/** Letters, digits, hyphens and (in practice) underscores in labels of 1 to 63; a name's end is never a number. */
function isHostName(name: string): boolean {
  return (
    name.length <= 253 &&
    !/(?:^|\.)\d+$/.test(name) &&
    name.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
  )
}
