/** Judges policies and says where in the document to look. */
import * as z from 'zod'
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import type {Millis} from '../core/units.ts'
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

const alertSchema = z.looseObject({name: z.string(), condition: z.string()})

/** What reads like an alert; whether the section is valid is for the command that runs it. */
function readAlerts(section: unknown): readonly LintAlert[] {
  if (!Array.isArray(section)) return []
  return section.flatMap((entry) => {
    const alert = alertSchema.safeParse(entry)
    return alert.success ? [{name: alert.data.name, condition: alert.data.condition}] : []
  })
}
