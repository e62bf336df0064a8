import type {Failure} from '../core/failure.ts'
import type {Millis} from '../core/units.ts'
import type {GateEvent} from './guards/pass-gate.ts'
import type {PhaseName} from './policy.ts'

/** The same words as the run's events, without target and time. */
export type PolicyEvent =
  | {
      readonly type: 'attempt-scheduled'
      readonly attempt: number
      readonly phase: PhaseName
      readonly due: Millis
      readonly because: string
    }
  | GateEvent
  | {
      readonly type: 'attempt'
      readonly attempt: number
      readonly phase: PhaseName
      readonly took: Millis
      readonly failure: Failure | null
    }
