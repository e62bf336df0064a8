import {EXIT} from '../../../src/core/exit-codes.ts'
import type {BrokenRow} from './rows.ts'
import type {Ended} from './run-edited.ts'

/** What is wrong with the end of a drill whose behaviour was broken; null when it failed as it should. */
export function complaintAboutRow(row: Pick<BrokenRow, 'fails' | 'also'>, ended: Ended): string | null {
  if (ended.verdict !== 'fail' || ended.code !== 1) return `ended ${told(ended)}, and had to fail`
  const missed = row.fails.filter((text) => !ended.unmet.includes(text))
  if (missed.length > 0)
    return `${missed.join('; ')} had to fail and did not; failed: ${ended.unmet.join('; ')}`
  const allowed = new Set([...row.fails, ...row.also])
  const others = ended.unmet.filter((text) => !allowed.has(text))
  return others.length === 0 ? null : `failed for another reason as well: ${others.join('; ')}`
}

/** How a drill may end whose faults had no effect. What a lying program has not undone either is left behind. */
const WITHOUT_EFFECT: ReadonlyMap<string, number> = new Map([
  ['inconclusive', EXIT.inconclusive],
  ['fail', EXIT.fail],
  ['leftovers', EXIT.leftovers],
])

/** It never passes. */
export function complaintAboutNoEffect(ended: Ended): string | null {
  const isFine = ended.code !== null && WITHOUT_EFFECT.get(ended.verdict ?? '') === ended.code
  return isFine ? null : `ended ${told(ended)}, although its faults had no effect`
}

export function told({verdict, code, reasons}: Ended): string {
  return `with ${verdict ?? 'no verdict'} (exit ${code ?? 'by a signal'}): ${reasons.join('; ')}`
}
