import {randomInt} from 'node:crypto'

/** A fresh seed for a run that was given none; printed and journaled, so that the run can be repeated. */
export function freshSeed(): number {
  return randomInt(2 ** 32)
}
