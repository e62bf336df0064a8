/** What is shown of a lint. */
import type {Position} from '../core/errors.ts'

export interface LintView {
  /** The policies that were looked at. */
  readonly policies: readonly string[]
  readonly findings: readonly {
    readonly code: string
    readonly severity: 'error' | 'warning' | 'info'
    readonly policy: string
    /** The setting it is about; null for the policy as a whole. */
    readonly key: string | null
    readonly reason: string
    readonly fix: string
    /** Null for a preset. */
    readonly position: Position | null
  }[]
  /** Something is as severe as what was asked to fail on. */
  readonly failed: boolean
}
