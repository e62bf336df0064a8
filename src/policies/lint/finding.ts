/** What lint looks at, and what it says. */
import type {LintCode} from '../../core/codes/lint.ts'
import type {Millis} from '../../core/units.ts'
import type {ResolvedPolicy} from '../resolve.ts'
import type {SettingKey} from '../settings.ts'

/** `error`: does harm; `warning`: will disappoint in an outage; `info`: true, and perhaps not known. */
export type LintSeverity = 'error' | 'warning' | 'info'

/** One thing that a rule noticed about a policy. */
export interface LintHit {
  readonly severity: LintSeverity
  /** The setting to look at; null for the policy as a whole. */
  readonly key: SettingKey | null
  /** One sentence without a full stop, with the figures that show it. */
  readonly reason: string
  readonly fix: string
}

export interface LintFinding extends LintHit {
  /** Stable: `LINT_NO_JITTER`. */
  readonly code: string
  readonly policy: string
}

/** An alert rule as written in a document. */
export interface LintAlert {
  readonly name: string
  readonly condition: string
}

/** Everything that is judged together. */
export interface LintContext {
  readonly policies: readonly ResolvedPolicy[]
  readonly alerts: readonly LintAlert[]
  /** A loss must be found within this time; null when nothing is promised. */
  readonly detection: Millis | null
}

export interface LintRule {
  readonly code: LintCode
  readonly check: (subject: ResolvedPolicy, context: LintContext) => readonly LintHit[]
}
