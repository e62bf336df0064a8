/** What a drill tells of so many peers that are alike: how many were lost, the sums of their counters, the longest of their times. */
import type {FieldValue} from '../config/conditions/evaluate.ts'

/** The value of a field for all of them, from what it is for each. Undefined: the drill can't tell. */
export function setField(field: string, of: readonly FieldValue[]): FieldValue {
  const numbers = of.filter((value) => typeof value === 'number')
  switch (field) {
    case 'state':
      return new Set(of).size === 1 ? of[0] : null
    case 'lost':
      return numbers.filter((times) => times > 0).length
    case 'detection':
    case 'downtime':
    case 'recovery':
      return numbers.length === 0 ? undefined : Math.max(...numbers)
    case 'restarts':
    case 'restarts_used':
    case 'restarts_won':
    case 'glares':
    case 'forged':
    case 'send_errors':
      return numbers.reduce((sum, value) => sum + value, 0)
    case 'send_codes':
      return [...new Set(of.flatMap((value) => (Array.isArray(value) ? (value as readonly string[]) : [])))]
    default:
      return undefined
  }
}
