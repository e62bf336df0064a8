import * as z from 'zod'
import {LINK_PROFILE_NAMES} from './registry.ts'

/** Where a document names a link profile. Files can't be read while a schema is applied: who loads the document follows it. */
export const profileWord = z
  .string()
  .min(1)
  .describe('a kind of link by name, such as 3g, or a file of a recorded one, such as ./recorded.yaml')
  .meta({examples: [...LINK_PROFILE_NAMES, './recorded.yaml']})
