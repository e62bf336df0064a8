/** Where the setting that a finding is about was written. */
import type {Path} from '../../config/load.ts'
import type {Position} from '../../core/errors.ts'
import type {PolicyBook} from '../resolve.ts'
import {type SettingKey, settingsOf} from '../settings.ts'

/**
 * The place of the setting in the policy, or in one of the same document that it extends; else that of the policy
 * itself, since what it inherits from a preset stands nowhere. Null for a policy that is not in the book.
 */
export function placeOf(book: PolicyBook, policy: string, key: SettingKey | null): Position | null {
  if (!Object.hasOwn(book.policies, policy)) return null
  const written = key === null ? null : settingPath(book, policy, key)
  if (written) return book.positionOf?.(written) ?? null
  const path = pathOf(book, policy)
  // The root of a file that is one policy has no key of its own.
  return (path.length === 0 ? book.positionOf?.(path) : book.keyPositionOf?.(path)) ?? null
}

function settingPath(book: PolicyBook, policy: string, key: SettingKey): Path | null {
  const seen = new Set<string>()
  for (let name: string | undefined = policy; name !== undefined && !seen.has(name);) {
    seen.add(name)
    const written: PolicyBook['policies'][string] | undefined = book.policies[name]
    if (!written) return null
    const setting = settingsOf(written).findLast((candidate) => candidate.key === key)
    if (setting) return [...pathOf(book, name), ...setting.path]
    name = written.extends
  }
  return null
}

function pathOf(book: PolicyBook, name: string): Path {
  return book.pathOf?.(name) ?? ['policies', name]
}
