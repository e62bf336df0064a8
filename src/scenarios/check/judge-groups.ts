/** From the verdicts of targets to those of the groups that they are judged with. Pure. */
import type {CheckReason, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import {makeFailure} from '../../core/codes/index.ts'
import type {ProbeVerdict} from '../../core/probe-result.ts'
import type {CheckGroup} from './check-spec.ts'

/** Members beyond this are counted in a reason, not named. */
const NAMED = 5

/**
 * A group passes when enough of its members pass; it fails when enough can't pass any more, even if all that were not
 * measured did. What lies between can't be told. With `failOnFlaky` a pass after a retry is none.
 */
export function judgeGroups(
  groups: readonly CheckGroup[],
  targets: readonly CheckedTarget[],
  {failOnFlaky}: {readonly failOnFlaky: boolean},
): readonly CheckedGroup[] {
  const byName = new Map(targets.map((target) => [target.name, target]))
  return groups
    .map(({name, place, members: names, needed}) => {
      const members = names.flatMap((member) => byName.get(member) ?? [])
      const good = members.filter(({verdict, flaky}) => verdict === 'pass' && !(flaky && failOnFlaky))
      const unknown = members.filter(({verdict}) => verdict === 'skipped' || verdict === 'interrupted')
      const passed = good.length
      const interrupted = unknown.some(({verdict}) => verdict === 'interrupted')
      const verdict = verdictOf({needed, passed, unknown: unknown.length, interrupted})
      const bad = members.filter((member) => !good.includes(member))
      return {name, place, members: names, needed, passed, verdict, reason: null, bad}
    })
    .map(({bad, ...group}) => ({...group, reason: reasonOf(group, bad)}))
}

interface Tally {
  readonly needed: number
  readonly passed: number
  readonly unknown: number
  readonly interrupted: boolean
}

function verdictOf({needed, passed, unknown, interrupted}: Tally): ProbeVerdict {
  if (passed >= needed) return 'pass'
  if (passed + unknown < needed) return 'fail'
  return interrupted ? 'interrupted' : 'skipped'
}

function reasonOf(group: Omit<CheckedGroup, 'reason'>, bad: readonly CheckedTarget[]): CheckReason | null {
  const {verdict, members, needed, passed, place} = group
  if (verdict === 'pass') return null
  const names = bad.slice(0, NAMED).map(({name, reason}) => `${name} ${reason?.code ?? 'flaky'}`)
  const more = bad.length > NAMED ? [`and ${bad.length - NAMED} more`] : []
  const text = `${passed} of ${members.length} passed, ${needed} needed: ${[...names, ...more].join(', ')}`
  if (verdict === 'interrupted') return {code: 'CANCELLED', text, advice: [], place}
  const decisive = bad.find((member) => member.verdict === 'skipped')?.reason
  if (verdict === 'skipped') {
    return {code: decisive?.code ?? 'CAPABILITY_MISSING', text, advice: decisive?.advice ?? [], place}
  }
  return {code: 'EXPECT_MISMATCH', text, advice: makeFailure('EXPECT_MISMATCH', text).advice, place}
}
