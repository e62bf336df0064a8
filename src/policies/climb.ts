/** Which rung of the ladder comes next. */
import type {PhaseName, Policy, RetryPhase} from './policy.ts'

/** A place on the ladder; `rung` counts the attempts of the phase from 1. */
export interface Rung {
  readonly phase: PhaseName
  readonly rung: number
}

export const FIRST_RUNG: Rung = {phase: 'initial', rung: 1}

/** The phase of that name; null for `initial`, which has no wait. */
export function phaseOf(policy: Policy, name: PhaseName): RetryPhase | null {
  return policy.phases.find((phase) => phase.name === name) ?? null
}

/**
 * The rung after `at`, or null when the ladder ends there. `patient` leaves the immediate phase out, unless the
 * policy has no other.
 */
export function nextRung(policy: Policy, at: Rung, patient = false): Rung | null {
  const phases = usablePhases(policy, patient)
  const index = phases.findIndex((phase) => phase.name === at.phase)
  const current = phases[index]
  if (current && (current.attempts === null || at.rung < current.attempts)) {
    return {phase: at.phase, rung: at.rung + 1}
  }
  // Not among the usable ones: `initial`, or the immediate phase that a patient climber leaves. Both come first.
  const next = phases[index + 1]
  return next ? {phase: next.name, rung: 1} : null
}

function usablePhases(policy: Policy, patient: boolean): readonly RetryPhase[] {
  const filled = policy.phases.filter((phase) => phase.attempts === null || phase.attempts > 0)
  const slow = filled.filter((phase) => phase.name !== 'immediate')
  return patient && slow.length > 0 ? slow : filled
}
