/** A preset: a policy that comes with netdrill, written in the same words as one in a document. */
import type {PolicyInput} from '../schema.ts'

export interface Preset {
  readonly name: string
  /** For lists; lower case, no full stop. */
  readonly summary: string
  /** Where the figures come from. */
  readonly source: string
  /** Keys (or beginnings of keys) whose figures the source doesn't give: they are netdrill's own. */
  readonly own: readonly string[]
  readonly policy: PolicyInput
}
