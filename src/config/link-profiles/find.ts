/** A link profile by its name, or from a file. */
import {type Position, UserError} from '../../core/errors.ts'
import type {LinkProfile} from '../../core/link-profile.ts'
import {suggest} from '../../core/text.ts'
import {parseProfile} from './document.ts'
import {LINK_PROFILE_NAMES, namedProfile} from './registry.ts'

/** The text of a file as the user named it; null where there is none. */
export type ReadFile = (path: string) => Promise<string | null>

export interface ProfileQuestion {
  readonly word: string
  readonly read: ReadFile
  /** Where it was asked for; absent on a command line. */
  readonly position?: Position
}

/** A name is one without a dot and a slash. Throws CONFIG_REFERENCE, CONFIG_FILE, and what is wrong in the file. */
export async function findProfile({word, read, position}: ProfileQuestion): Promise<LinkProfile> {
  const named = namedProfile(word)
  if (named) return named.profile
  const where = position ? {position} : {}
  if (!/[./]/.test(word)) {
    const near = suggest(word, LINK_PROFILE_NAMES)
    throw new UserError({
      code: 'CONFIG_REFERENCE',
      message: `there is no link profile "${word}"`,
      ...where,
      advice: [
        near ? `did you mean "${near}"?` : 'netdrill fault profiles lists them',
        'a file is written with its ending or folder, such as ./recorded.yaml',
      ],
    })
  }
  const text = await read(word)
  if (text !== null) return parseProfile(word, text)
  throw new UserError({
    code: 'CONFIG_FILE',
    message: `the link profile ${word} can not be read`,
    ...where,
    advice: ['netdrill probe ping HOST -c 500 -i 50ms --record FILE writes one'],
  })
}
