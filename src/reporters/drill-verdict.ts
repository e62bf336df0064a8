/** The verdict as written reports say it, for runs that have none as well. */
import {formatDuration} from '../core/units.ts'
import type {DrillReport} from './drill-report.ts'
import {VERDICT_MEANINGS} from './drill-words.ts'

export interface SpokenVerdict {
  /** Says the same without colour. */
  readonly sign: string
  readonly word: string
  readonly meaning: string
  readonly tone: 'good' | 'warn' | 'bad'
  readonly reasons: readonly string[]
}

/** `CRASHED` for a journal that stops in the middle, `NO VERDICT` for a run that ended before it could be judged. */
export function speakVerdict({facts, complete, end}: DrillReport): SpokenVerdict {
  const {verdict, reasons} = facts.document
  if (verdict === null) {
    const stops = `its journal stops at ${formatDuration(end)}`
    return complete
      ? {
          sign: '?',
          word: 'NO VERDICT',
          meaning: 'the run ended before it could be judged',
          tone: 'bad',
          reasons,
        }
      : {sign: '✗', word: 'CRASHED', meaning: `the run did not reach its end: ${stops}`, tone: 'bad', reasons}
  }
  const tone = verdict === 'pass' ? 'good' : verdict === 'inconclusive' ? 'warn' : 'bad'
  const sign = verdict === 'pass' ? '✓' : verdict === 'inconclusive' ? '?' : '✗'
  return {sign, word: verdict.toUpperCase(), meaning: VERDICT_MEANINGS[verdict], tone, reasons}
}
