/** The contract of a rule: from what was measured to what is wrong. Rules know nothing of each other but names. */
import {FAILURES, FINDINGS} from '../core/codes/index.ts'
import type {FailureEntry} from '../core/codes/entry.ts'
import type {DiagnosisCode, DiagnosisFinding, DiagnosisLayer} from '../core/diagnosis.ts'
import type {Blame, Failure} from '../core/failure.ts'
import type {Observed} from './observed.ts'

export const RULE_NAMES = [
  'link',
  'address',
  'route',
  'gateway',
  'resolver',
  'name',
  'hosts',
  'partial',
  'host',
  'mtu',
  'tcp',
  'clock',
  'tls',
  'portal',
  'swap',
  'http',
  'service',
  'slow',
] as const
export type RuleName = (typeof RULE_NAMES)[number]

/**
 * `fatal`: the target can't be reached because of it. `degraded`: it can, but slowly or not always. `warning`: worth
 * a line, but not what the user asked about.
 */
export type Severity = 'fatal' | 'degraded' | 'warning'

export interface Finding extends DiagnosisFinding {
  readonly severity: Severity
  /** The addresses (of the target or of resolvers) that it is about; null for everything. */
  readonly addresses: readonly string[] | null
  /** Beside those of its rule. */
  readonly alsoDependsOn?: readonly RuleName[]
}

export interface Rule {
  readonly name: RuleName
  /** Where one of these found a cause for the same addresses, what this rule finds is a consequence. */
  readonly dependsOn: readonly RuleName[]
  find(observed: Observed): readonly Finding[]
}

export interface FindingDetails {
  readonly layer: DiagnosisLayer
  readonly severity?: Severity
  readonly addresses?: readonly string[] | null
  readonly text: string
  readonly evidence?: readonly string[]
  /** Put before the advice of the code's table. */
  readonly next?: readonly string[]
  readonly blame?: Blame
  readonly alsoDependsOn?: readonly RuleName[]
}

const ROWS: Readonly<Record<DiagnosisCode, FailureEntry>> = {...FAILURES, ...FINDINGS}

export function makeFinding(code: DiagnosisCode, details: FindingDetails): Finding {
  const {title, blame, advice} = ROWS[code]
  const {layer, text, severity = 'fatal', addresses = null, evidence = [], next = []} = details
  return {
    code,
    title,
    layer,
    blame: details.blame ?? blame,
    text,
    evidence,
    next: [...next, ...advice],
    severity,
    addresses,
    ...(details.alsoDependsOn ? {alsoDependsOn: details.alsoDependsOn} : {}),
  }
}

/** A probe's failure as a finding; its own advice is the more specific one. */
export function fromFailure(failure: Failure, details: Omit<FindingDetails, 'text'>): Finding {
  const finding = makeFinding(failure.code, {blame: failure.blame, ...details, text: failure.message})
  return {...finding, next: [...new Set([...(details.next ?? []), ...failure.advice])]}
}
