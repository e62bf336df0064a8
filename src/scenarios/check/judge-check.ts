/** From the verdicts of all targets to the one of the check and its exit code. Pure. */
import type {CheckCounts, CheckedTarget} from '../../core/check-result.ts'
import {EXIT, type ExitCode, type Verdict} from '../../core/exit-codes.ts'

export interface CheckEnding {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | null
  readonly failOnFlaky: boolean
}

export interface CheckJudgement {
  readonly verdict: Verdict
  readonly exit: ExitCode
  readonly counts: CheckCounts
}

/**
 * Worst first: an interruption (130, 143), a target that failed (1), one that this machine can't measure (6), one that
 * could not be judged (3). A flaky target only fails the check when that was asked for.
 */
export function judgeCheck(
  targets: readonly CheckedTarget[],
  {signal, failOnFlaky}: CheckEnding,
): CheckJudgement {
  const count = (verdict: CheckedTarget['verdict']): number =>
    targets.filter((target) => target.verdict === verdict).length
  const counts: CheckCounts = {
    targets: targets.length,
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('skipped'),
    interrupted: count('interrupted'),
    flaky: targets.filter(({flaky}) => flaky).length,
  }
  if (signal !== null) {
    return {verdict: 'aborted', exit: signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated, counts}
  }
  if (counts.failed > 0 || (failOnFlaky && counts.flaky > 0))
    return {verdict: 'fail', exit: EXIT.fail, counts}
  if (counts.skipped === 0) return {verdict: 'pass', exit: EXIT.pass, counts}
  const lacks = targets.some(
    ({verdict, reason}) => verdict === 'skipped' && reason?.code === 'CAPABILITY_MISSING',
  )
  return {verdict: 'inconclusive', exit: lacks ? EXIT.capability : EXIT.inconclusive, counts}
}
