/** Words that several reports about a check share. */
import type {
  CheckCounts,
  CheckPlace,
  CheckedGroup,
  CheckResult,
  CheckedTarget,
} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import type {Millis} from '../../core/units.ts'

/** `pass`, `flaky` for a pass after a retry, `FAIL`, `down` for a failed member of a group, `skip` or `stop`. */
export type CheckWord = 'pass' | 'flaky' | 'FAIL' | 'down' | 'skip' | 'stop'

export function wordOf({verdict, flaky, groups}: CheckedTarget): CheckWord {
  switch (verdict) {
    case 'pass':
      return flaky ? 'flaky' : 'pass'
    case 'fail':
      return groups.length > 0 ? 'down' : 'FAIL'
    case 'skipped':
      return 'skip'
    case 'interrupted':
      return 'stop'
  }
}

/** Of a group: a member that is down does not show here. */
export function groupWordOf({verdict}: CheckedGroup): CheckWord {
  return verdict === 'fail'
    ? 'FAIL'
    : verdict === 'skipped'
      ? 'skip'
      : verdict === 'interrupted'
        ? 'stop'
        : 'pass'
}

/** `2 of 3 passed, 2 needed`. */
export function groupText({passed, members, needed, reason}: CheckedGroup): string {
  return reason === null
    ? `${passed} of ${members.length} passed, ${needed} needed`
    : stripControl(`${reason.code}: ${reason.text}`)
}

/** `member of bootstrap`. */
export function memberText({groups}: CheckedTarget): string {
  return stripControl(`member of ${groups.join(', ')}, which decides`)
}

/** `3 of 4 targets passed, 1 failed, 1 flaky`. */
export function countsText(counts: CheckCounts): string {
  const {targets, passed, failed, down, skipped, interrupted, flaky, groups, groups_failed} = counts
  const parts = [
    `${passed} of ${targets} target${targets === 1 ? '' : 's'} passed`,
    failed > 0 ? `${failed} failed` : '',
    down > 0 ? `${down} down inside groups` : '',
    skipped > 0 ? `${skipped} could not be measured` : '',
    interrupted > 0 ? `${interrupted} interrupted` : '',
    flaky > 0 ? `${flaky} flaky` : '',
    groups_failed > 0 ? `${groups_failed} of ${groups} group${groups === 1 ? '' : 's'} failed` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** `TCP_REFUSED: nothing listens there`, safe to show; empty for a pass. */
export function reasonText({reason}: CheckedTarget): string {
  return reason === null ? '' : stripControl(`${reason.code}: ${reason.text}`)
}

/** `passed at attempt 3`. */
export function flakyText({attempts}: CheckedTarget): string {
  return `passed only at attempt ${attempts}`
}

export function placeText({file, line, column}: CheckPlace): string {
  return `${file}:${line}:${column}`
}

/** The figure that stands for the target: its average round trip, else the time it took. */
export function timeOf({result, verdict, took}: CheckedTarget): Millis | null {
  if (result.rtt) return result.rtt.avg
  return verdict === 'pass' || verdict === 'fail' ? took : null
}

export function titleOf({files}: CheckResult): string {
  return files.map((file) => (file === '-' ? 'standard input' : stripControl(file))).join(', ')
}

/** Seconds with three decimals, as JUnit and TAP want them. */
export function seconds(ms: Millis): string {
  return (ms / 1000).toFixed(3)
}
