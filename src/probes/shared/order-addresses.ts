import type {ResolvedAddress} from '../../core/ports.ts'

/**
 * RFC 8305 section 4: the families alternate, beginning with the resolver's first choice, so that one broken family
 * costs one attempt delay only. Inside a family the resolver's order (RFC 6724) stays.
 */
export function interleaveFamilies(addresses: readonly ResolvedAddress[]): readonly ResolvedAddress[] {
  const first = addresses.filter(({family}) => family === addresses[0]?.family)
  const second = addresses.filter(({family}) => family !== addresses[0]?.family)
  const longer = Math.max(first.length, second.length)
  return Array.from({length: longer}, (_, index) => [first[index], second[index]])
    .flat()
    .filter((each) => each !== undefined)
}
