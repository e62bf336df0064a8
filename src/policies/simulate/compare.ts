/** The policy as it is, and what jitter, a breaker and a retry budget change about it. */
import {defaultBreaker} from '../guards/merge.ts'
import type {BudgetSettings, PolicyGuards} from '../guards/settings.ts'
import type {Jitter, Policy} from '../policy.ts'
import {type FleetFigures, figuresOf} from './figures.ts'
import {type FleetSettings, runFleet} from './fleet.ts'
import {isBreakerIdle} from './idle-breaker.ts'

type VariantName =
  | 'as_written'
  | 'without_jitter'
  | 'full_jitter'
  | 'without_breaker'
  | 'with_breaker'
  | 'without_budget'
  | 'with_budget'

export interface SimulatedVariant {
  readonly name: VariantName
  readonly jitter: Jitter
  readonly figures: FleetFigures
}

const NO_GUARDS: PolicyGuards = {breaker: null, budget: null, globalBudget: null, peerRate: null}
/** Three retries at once, then one in five minutes: tight enough to show what a budget does to a storm. */
const BUDGET: BudgetSettings = {ratio: 0.1, minPerSecond: 1 / 300, burst: 3, whenEmpty: 'wait'}

/**
 * The same clients once as the policy is written, and once with each of jitter, breaker and budget taken away; what the
 * policy doesn't have is added: full jitter, a breaker with its defaults, a budget of three retries and one in five minutes.
 */
export function simulate(policy: Policy, settings: FleetSettings): readonly SimulatedVariant[] {
  const run = (variant: Policy): FleetFigures => figuresOf(runFleet(variant, settings), settings)
  const written = run(policy)
  const idle = isBreakerIdle(policy)
  const others = [withJitter(policy), withBreaker(policy), withBudget(policy)].map(
    ([name, variant]): SimulatedVariant => {
      // A million clients take seconds: what can't differ isn't simulated twice.
      const same = name.endsWith('_breaker') && idle && isBreakerIdle(variant)
      return {name, jitter: variant.jitter, figures: same ? written : run(variant)}
    },
  )
  return [{name: 'as_written', jitter: policy.jitter, figures: written}, ...others]
}

type Variant = readonly [VariantName, Policy]

function withJitter(policy: Policy): Variant {
  return policy.jitter.mode === 'none'
    ? ['full_jitter', {...policy, jitter: {mode: 'full', factor: 0}}]
    : ['without_jitter', {...policy, jitter: {mode: 'none', factor: 0}}]
}

function withBreaker(policy: Policy): Variant {
  const guards = policy.guards ?? NO_GUARDS
  return guards.breaker
    ? ['without_breaker', {...policy, guards: {...guards, breaker: null}}]
    : ['with_breaker', {...policy, guards: {...guards, breaker: defaultBreaker()}}]
}

function withBudget(policy: Policy): Variant {
  const guards = policy.guards ?? NO_GUARDS
  return guards.budget || guards.globalBudget
    ? ['without_budget', {...policy, guards: {...guards, budget: null, globalBudget: null}}]
    : ['with_budget', {...policy, guards: {...guards, budget: BUDGET}}]
}
