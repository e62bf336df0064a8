/** The budgets of a document, with the names of their targets checked. */
import type {LoadedDocument} from '../config/load.ts'
import {formatDuration, formatPercent} from '../core/units.ts'
import type {BudgetDocument} from './budget-schema.ts'
import type {DrillBudget} from './drill-spec.ts'
import {unknownReference} from './unknown-reference.ts'

export function readBudgets(
  document: Pick<LoadedDocument<unknown>, 'positionOf'>,
  budgets: readonly BudgetDocument[],
  subjects: readonly string[],
): readonly DrillBudget[] {
  return budgets.map((budget, index) => {
    const path = ['drill', 'budgets', index, 'target']
    const {target, of: stretch = null} = budget
    if (!subjects.includes(target)) {
      const message = `there is no target or group "${target}"`
      throw unknownReference(document, path, {message, name: target, known: subjects})
    }
    const bound = boundOf(budget)
    const window = stretch === null ? '' : ` of ${formatDuration(stretch)}`
    return {target, ...bound, text: `${bound.text}${window}`, stretch, position: document.positionOf(path)}
  })
}

/** The schema lets exactly one of them through. */
function boundOf({
  down,
  late,
  over,
  in_a_row: row,
}: BudgetDocument): Pick<DrillBudget, 'measure' | 'allowed' | 'over' | 'text'> {
  if (row !== undefined) return {measure: 'in_a_row', allowed: row, over: null, text: `${row} in a row`}
  if (late !== undefined && over !== undefined) {
    const text = `late ${formatPercent(late)} (over ${formatDuration(over)})`
    return {measure: 'late', allowed: late, over, text}
  }
  return {measure: 'down', allowed: down ?? 0, over: null, text: `down ${formatPercent(down ?? 0)}`}
}
