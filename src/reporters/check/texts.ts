/** Words that several reports about a check share. */
import type {CheckCounts, CheckPlace, CheckResult, CheckedTarget} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import type {Millis} from '../../core/units.ts'

/** `pass`, `flaky` for a pass after a retry, `FAIL`, `skip` or `stop`. */
export type CheckWord = 'pass' | 'flaky' | 'FAIL' | 'skip' | 'stop'

export function wordOf({verdict, flaky}: Pick<CheckedTarget, 'verdict' | 'flaky'>): CheckWord {
  switch (verdict) {
    case 'pass':
      return flaky ? 'flaky' : 'pass'
    case 'fail':
      return 'FAIL'
    case 'skipped':
      return 'skip'
    case 'interrupted':
      return 'stop'
  }
}

/** `3 of 4 targets passed, 1 failed, 1 flaky`. */
export function countsText({targets, passed, failed, skipped, interrupted, flaky}: CheckCounts): string {
  const parts = [
    `${passed} of ${targets} target${targets === 1 ? '' : 's'} passed`,
    failed > 0 ? `${failed} failed` : '',
    skipped > 0 ? `${skipped} could not be measured` : '',
    interrupted > 0 ? `${interrupted} interrupted` : '',
    flaky > 0 ? `${flaky} flaky` : '',
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
