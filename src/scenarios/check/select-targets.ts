/** Which targets of the documents a check is about. */
import {type Problem, UserError} from '../../core/errors.ts'
import {suggest} from '../../core/text.ts'

export interface Selection {
  /** Names of targets; none for all. */
  readonly only: readonly string[]
  /** A target with one of these is meant; none for all. */
  readonly tags: readonly string[]
}

interface Selectable {
  /** As in its document. */
  readonly key: string
  /** Unique. */
  readonly name: string
  readonly tags: readonly string[]
}

/**
 * Keeps the order of the documents. With names and tags both have to fit. Throws CONFIG_REFERENCE for a name or tag
 * that nothing has: a slip of the fingers must not make a check pass.
 */
export function selectTargets<T extends Selectable>(
  targets: readonly T[],
  {only, tags}: Selection,
): readonly T[] {
  const names = targets.flatMap(({key, name}) => [key, name])
  const allTags = targets.flatMap((target) => target.tags)
  const problems = [...unknown(only, names, 'target'), ...unknown(tags, allTags, 'target with the tag')]
  if (problems.length > 0) throw new UserError(problems)
  const chosen = targets.filter(
    (target) =>
      (only.length === 0 || only.includes(target.key) || only.includes(target.name)) &&
      (tags.length === 0 || target.tags.some((tag) => tags.includes(tag))),
  )
  if (chosen.length > 0) return chosen
  const message = 'no target has one of these names and one of these tags'
  throw new UserError({code: 'CONFIG_EMPTY', message, advice: ['give either --only or --tag']})
}

function unknown(asked: readonly string[], known: readonly string[], what: string): readonly Problem[] {
  return asked
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = suggest(name, known)
      const list = [...new Set(known)].slice(0, 12).join(', ')
      const advice = near === null ? [`known: ${list === '' ? 'none' : list}`] : [`did you mean "${near}"?`]
      return {code: 'CONFIG_REFERENCE', message: `there is no ${what} "${name}"`, advice}
    })
}
