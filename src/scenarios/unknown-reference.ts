import type {LoadedDocument, Path} from '../config/load.ts'
import {UserError} from '../core/errors.ts'
import {suggest} from '../core/text.ts'

/** CONFIG_REFERENCE where a name was written that nothing has, with the nearest one or all there are. */
export function unknownReference(
  document: Pick<LoadedDocument<unknown>, 'positionOf'>,
  path: Path,
  about: {readonly message: string; readonly name: string; readonly known: readonly string[]},
): UserError {
  const {message, name, known} = about
  const near = suggest(name, known)
  const advice = near ? [`did you mean "${near}"?`] : known.length > 0 ? [`known: ${known.join(', ')}`] : []
  return new UserError({code: 'CONFIG_REFERENCE', message, position: document.positionOf(path), advice})
}
