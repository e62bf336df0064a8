import type {DrillDocument} from './drill-json.ts'

/** One line of what was asked of a service. */
export interface JudgedLine {
  readonly text: string
  readonly met: boolean | null
  readonly actual: string
}

/** Budgets and expectations alike: each is kept, broken or not judged. */
export function judgedLines({
  budgets,
  expectations,
}: Pick<DrillDocument, 'budgets' | 'expectations'>): readonly JudgedLine[] {
  const spent = budgets.map(({subject, text, met, actual}) => ({
    text: `budget of ${subject}: ${text}`,
    met,
    actual: `used ${actual}`,
  }))
  return [...expectations, ...spent]
}
