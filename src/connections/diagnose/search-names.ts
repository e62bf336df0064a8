/** Which names a resolver library asks for a given one (resolv.conf(5)), and which it might have asked. */
import type {ResolverConfiguration} from '../../core/ports.ts'

/** resolv.conf(5) knows no limit any more; more than these would only cost time. */
const MOST = 6

/** The names in the order in which they are tried. A trailing dot stops the search list. */
export function searchNames(host: string, {search, ndots}: ResolverConfiguration): readonly string[] {
  const bare = host.replace(/\.$/, '')
  if (host.endsWith('.')) return [bare]
  const dots = bare.split('.').length - 1
  const longer = search
    .map((domain) => domain.replace(/\.$/, ''))
    .filter((domain) => domain !== '')
    .map((domain) => `${bare}.${domain}`)
  const all = dots >= ndots ? [bare, ...longer] : [...longer, bare]
  return [...new Set(all)].slice(0, MOST)
}

/**
 * Names that a correct search list might have given: below the parents of the search domains. Never directly below a top level domain, which would be somebody else's name.
 */
export function nearbyNames(host: string, {search}: ResolverConfiguration): readonly string[] {
  if (host.endsWith('.')) return []
  const parents = search.flatMap(parentsOf)
  const known = new Set(search)
  return [...new Set(parents)]
    .filter((domain) => !known.has(domain))
    .map((domain) => `${host}.${domain}`)
    .slice(0, MOST)
}

function parentsOf(domain: string): readonly string[] {
  const labels = domain.replace(/\.$/, '').split('.')
  return labels.slice(1).flatMap((_, index) => {
    const parent = labels.slice(index + 1)
    return parent.length >= 2 ? [parent.join('.')] : []
  })
}

/** The addresses that a hosts file (hosts(5)) gives a name. */
export function addressesInHosts(text: string, host: string): readonly string[] {
  const wanted = host.replace(/\.$/, '').toLowerCase()
  return text.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*$/, '').trim().split(/\s+/)
    const isMeant = names.some((name) => name.toLowerCase() === wanted)
    return address !== undefined && isMeant ? [address] : []
  })
}
