/** Looks for mistakes in policies that are valid: what an outage would show, before it does. */
import type {LintContext, LintFinding, LintSeverity} from './finding.ts'
import {LINT_RULES} from './rules/index.ts'

const RANK: Readonly<Record<LintSeverity, number>> = {error: 0, warning: 1, info: 2}

/** All findings, policy by policy in the given order, the worst of each policy first. */
export function lintPolicies(context: LintContext): readonly LintFinding[] {
  return context.policies.flatMap((subject) => {
    const findings = LINT_RULES.flatMap(({code, check}) =>
      check(subject, context).map((hit): LintFinding => ({code, policy: subject.policy.name, ...hit})),
    )
    return findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity])
  })
}
