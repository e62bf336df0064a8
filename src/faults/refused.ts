/** What the fault engine refuses because of what is there already. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'

export function refused(
  code: 'FAULT_FOREIGN_QDISC' | 'FAULT_OVERLAP',
  message: string,
  advice: readonly string[],
): UserError {
  return new UserError({code, message, advice}, EXIT.refused)
}
