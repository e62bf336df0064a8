/** From the verdicts of all targets and groups to the one of the check and its exit code. Pure. */
import type {CheckCounts, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import {EXIT, type ExitCode, type Verdict, exitCodeOfSignal} from '../../core/exit-codes.ts'
import type {CheckGroup} from './check-spec.ts'
import {judgeGroups} from './judge-groups.ts'

export interface CheckEnding {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | null
  readonly failOnFlaky: boolean
}

export interface CheckJudgement {
  readonly verdict: Verdict
  readonly exit: ExitCode
  readonly counts: CheckCounts
  readonly groups: readonly CheckedGroup[]
}

/**
 * Worst first: an interruption (130, 143), a target or group that failed (1), one that this machine can't measure (6),
 * one that could not be judged (3). A member of a group counts there only. A flaky target only fails the check when
 * that was asked for.
 */
export function judgeCheck(
  targets: readonly CheckedTarget[],
  ending: CheckEnding,
  asked: readonly CheckGroup[] = [],
): CheckJudgement {
  const {signal, failOnFlaky} = ending
  const groups = judgeGroups(asked, targets, ending)
  const counts = countAll(targets, groups)
  if (signal !== null) {
    const exit = exitCodeOfSignal(signal)
    return {verdict: 'aborted', exit, counts, groups}
  }
  const alone = targets.filter((target) => target.groups.length === 0)
  const flaky = failOnFlaky && alone.some((target) => target.flaky)
  if (counts.failed > 0 || counts.groups_failed > 0 || flaky) {
    return {verdict: 'fail', exit: EXIT.fail, counts, groups}
  }
  const open = [...alone, ...groups].filter(({verdict}) => verdict === 'skipped')
  if (open.length === 0) return {verdict: 'pass', exit: EXIT.pass, counts, groups}
  const lacks = open.some(({reason}) => reason?.code === 'CAPABILITY_MISSING')
  return {verdict: 'inconclusive', exit: lacks ? EXIT.capability : EXIT.inconclusive, counts, groups}
}

function countAll(targets: readonly CheckedTarget[], groups: readonly CheckedGroup[]): CheckCounts {
  const count = (verdict: CheckedTarget['verdict']): number =>
    targets.filter((target) => target.verdict === verdict).length
  const down = targets.filter((target) => target.verdict === 'fail' && target.groups.length > 0).length
  return {
    targets: targets.length,
    passed: count('pass'),
    failed: count('fail') - down,
    down,
    skipped: count('skipped'),
    interrupted: count('interrupted'),
    flaky: targets.filter(({flaky}) => flaky).length,
    groups: groups.length,
    groups_failed: groups.filter(({verdict}) => verdict === 'fail').length,
  }
}
