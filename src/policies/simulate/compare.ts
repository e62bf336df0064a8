/** The policy as it is, and what jitter changes about it. */
import type {Jitter, Policy} from '../policy.ts'
import {type FleetFigures, figuresOf} from './figures.ts'
import {type FleetSettings, runFleet} from './fleet.ts'

export interface SimulatedVariant {
  readonly name: 'as_written' | 'without_jitter' | 'full_jitter'
  readonly jitter: Jitter
  readonly figures: FleetFigures
}

/** The same clients twice: with the policy's jitter and without; a policy that has none is tried with full jitter. */
export function simulate(policy: Policy, settings: FleetSettings): readonly SimulatedVariant[] {
  const plain = policy.jitter.mode === 'none'
  const other: Pick<SimulatedVariant, 'name' | 'jitter'> = plain
    ? {name: 'full_jitter', jitter: {mode: 'full', factor: 0}}
    : {name: 'without_jitter', jitter: {mode: 'none', factor: 0}}
  return [{name: 'as_written' as const, jitter: policy.jitter}, other].map(({name, jitter}) => ({
    name,
    jitter,
    figures: figuresOf(runFleet({...policy, jitter}, settings), settings),
  }))
}
