import type {Policy} from '../../policy.ts'
import {planSchedule} from '../../schedule.ts'
import type {LintRule} from '../finding.ts'

/** Two policies of a document that attempt at the same times: perhaps one of them was meant to differ. */
export const sameSchedule: LintRule = {
  code: 'LINT_SAME_SCHEDULE',
  check({policy}, {policies}) {
    const index = policies.findIndex((other) => other.policy === policy)
    const own = plainSchedule(policy)
    const twin = policies.slice(0, index).find((other) => plainSchedule(other.policy) === own)
    if (!twin) return []
    return [
      {
        severity: 'info',
        key: null,
        reason: `its attempts come at the same times as those of ${twin.policy.name}, apart from jitter`,
        fix: `use one policy for both, or let it differ by more than ${differences(policy, twin.policy)}`,
      },
    ]
  },
}

function plainSchedule(policy: Policy): string {
  const {rows, end} = planSchedule(
    {...policy, jitter: {mode: 'none', factor: 0}},
    {duration: 0, attempts: null},
  )
  return JSON.stringify([rows.map((row) => row.start), end.type])
}

function differences(a: Policy, b: Policy): string {
  const words: readonly (readonly [string, boolean])[] = [
    ['jitter', JSON.stringify(a.jitter) !== JSON.stringify(b.jitter)],
    ['its timeout', a.attemptTimeout !== b.attemptTimeout],
    ['a cap that is never reached', capOf(a) !== capOf(b)],
    ['its deadline', a.deadline !== b.deadline],
  ]
  const differing = words.flatMap(([word, differs]) => (differs ? [word] : []))
  return differing.length === 0 ? 'its name' : differing.join(' and ')
}

function capOf(policy: Policy): number | null {
  return policy.phases.find((phase) => phase.maxInterval !== null)?.maxInterval ?? null
}
