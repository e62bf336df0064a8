/** From findings to the one cause: consequences are set aside, the lowest layer decides. */
import {DIAGNOSIS_LAYERS, type SuppressedFinding} from '../core/diagnosis.ts'
import type {Observed} from './observed.ts'
import {type Finding, type Rule, type RuleName, type Severity} from './rule.ts'
import {RULES} from './rules/index.ts'

export interface Judgement {
  readonly cause: Finding | null
  /** Independent of the cause, in the order of the layers. */
  readonly others: readonly Finding[]
  readonly suppressed: readonly SuppressedFinding[]
}

interface Found {
  readonly rule: Rule
  readonly finding: Finding
}

const WEIGHT: Readonly<Record<Severity, number>> = {fatal: 0, degraded: 1, warning: 2}

export function judge(observed: Observed, rules: readonly Rule[] = RULES): Judgement {
  const all = rules.flatMap((rule) => rule.find(observed).map((finding): Found => ({rule, finding})))
  const standing: Found[] = []
  const suppressed: SuppressedFinding[] = []
  for (const found of all) {
    const reason = all.find((other) => other !== found && explains(other, found))
    if (reason) suppressed.push(toSuppressed(found.finding, reason.finding))
    else standing.push(found)
  }
  const findings = standing.map(({finding}) => finding).toSorted(byWeight)
  const [first] = findings
  const cause = first && first.severity !== 'warning' ? first : null
  return {cause, others: findings.filter((each) => each !== cause), suppressed}
}

/** A warning explains nothing: what it is about works. */
function explains(reason: Found, found: Found): boolean {
  if (reason.finding.severity === 'warning') return false
  const names: readonly RuleName[] = [...found.rule.dependsOn, ...(found.finding.alsoDependsOn ?? [])]
  return names.includes(reason.rule.name) && covers(reason.finding.addresses, found.finding.addresses)
}

function covers(one: Finding['addresses'], other: Finding['addresses']): boolean {
  if (one === null) return true
  return other === null || other.every((address) => one.includes(address))
}

function toSuppressed({code, layer, text}: Finding, reason: Finding): SuppressedFinding {
  return {code, layer, text, because_of: reason.code}
}

function byWeight(one: Finding, other: Finding): number {
  const weight = WEIGHT[one.severity] - WEIGHT[other.severity]
  return weight || DIAGNOSIS_LAYERS.indexOf(one.layer) - DIAGNOSIS_LAYERS.indexOf(other.layer)
}
