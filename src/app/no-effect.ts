import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {ActiveFault} from '../faults/fault.ts'

/** Undoes it: what was read back is not what was asked for. */
export async function noEffect(fault: ActiveFault): Promise<UserError> {
  await fault.remove()
  return new UserError(
    {
      code: 'FAULT_NO_EFFECT',
      message: `every command reported success, but the read-back differs: ${fault.readback}`,
      advice: ['check that the tc and nft programs are the real ones', 'it is undone'],
    },
    EXIT.inconclusive,
  )
}
