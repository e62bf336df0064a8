/** Judges policies and says where in the document to look. */
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import type {Millis} from '../core/units.ts'
import {ALERT_PRESETS} from '../policies/alerts/presets.ts'
import {entriesOf} from '../policies/alerts/read-alerts.ts'
import {alertsSchema} from '../policies/alerts/schema.ts'
import type {LintAlert, LintSeverity} from '../policies/lint/finding.ts'
import {lintPolicies} from '../policies/lint/lint.ts'
import {placeOf} from '../policies/lint/place.ts'
import type {LintView} from '../reporters/policy-lint-view.ts'
import {type PolicyPorts, locatePolicies} from './policies.ts'

export interface LintRequest {
  /** A preset, FILE, or FILE#NAME; undefined for ./netdrill.yaml. */
  readonly what: string | undefined
  /** A loss must be found within this time; null when nothing is promised. */
  readonly detection: Millis | null
  readonly failOn: LintSeverity
}

/** Throws what `locatePolicies` throws. */
export async function lint(request: LintRequest, ports: PolicyPorts): Promise<LintView> {
  const {policies, book} = await locatePolicies(request.what, ports)
  const alerts = readAlerts(book?.sections['alerts'])
  const findings = lintPolicies({policies, alerts, detection: request.detection})
  return {
    policies: policies.map(({policy}) => policy.name),
    findings: findings.map((finding) => ({
      ...finding,
      position: book && placeOf(book, finding.policy, finding.key),
    })),
    failed: findings.some(({severity}) => FAILS[request.failOn].includes(severity)),
  }
}

export function lintExit({failed}: LintView): ExitCode {
  return failed ? EXIT.fail : EXIT.pass
}

const FAILS: Readonly<Record<LintSeverity, readonly LintSeverity[]>> = {
  error: ['error'],
  warning: ['error', 'warning'],
  info: ['error', 'warning', 'info'],
}

/** What reads like alerts; whether the section is right in all of its parts is for the command that runs it. */
function readAlerts(section: unknown): readonly LintAlert[] {
  const alerts = alertsSchema.safeParse(section)
  if (!alerts.success) return []
  return entriesOf(alerts.data).flatMap(({entry}): readonly LintAlert[] =>
    entry.preset === undefined
      ? [{name: entry.name ?? entry.alert ?? '', condition: entry.condition ?? entry.expr ?? ''}]
      : ALERT_PRESETS[entry.preset],
  )
}
