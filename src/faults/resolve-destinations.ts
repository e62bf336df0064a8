/** The destinations of a scope as addresses. */
import {UserError} from '../core/errors.ts'
import type {SystemResolver} from '../core/ports.ts'
import {parseNetwork} from './addresses.ts'

/** A literal stays; a name becomes all its addresses, of both families. Throws USAGE_INVALID for one that has none. */
export async function resolveDestinations(
  targets: readonly string[],
  resolver: Pick<SystemResolver, 'lookup'>,
): Promise<readonly string[]> {
  return (await Promise.all(targets.map(async (target) => resolve(target, resolver)))).flat()
}

async function resolve(target: string, resolver: Pick<SystemResolver, 'lookup'>): Promise<readonly string[]> {
  const text = target.trim()
  if (parseNetwork(text) || text.includes('/')) return [text]
  const found = await resolver.lookup(text, 0, new AbortController().signal)
  if ('code' in found || found.length === 0) {
    const because = 'code' in found ? ` (${found.code})` : ''
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `the scope's destination ${text} is no address and can not be resolved${because}`,
    })
  }
  return [...new Set(found.map(({address}) => address))]
}
