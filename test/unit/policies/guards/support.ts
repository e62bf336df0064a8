import type {
  BreakerSettings,
  BudgetSettings,
  PeerRateSettings,
  PolicyGuards,
} from '../../../../src/policies/guards/settings.ts'

/** Opens after three failures for 10s, twice as long each time up to 60s; two trials close it. */
export const BREAKER: BreakerSettings = {
  mode: 'consecutive',
  failures: 3,
  ratio: 0.5,
  window: 10_000,
  minThroughput: 4,
  open: 10_000,
  multiplier: 2,
  maxOpen: 60_000,
  trials: 2,
}

export const BUDGET: BudgetSettings = {ratio: 0.5, minPerSecond: 0, burst: 2, whenEmpty: 'stop'}

export const RATE: PeerRateSettings = {perSecond: 2, burst: 1, priority: 'normal', ageing: 10_000}

export const NO_GUARDS: PolicyGuards = {breaker: null, budget: null, globalBudget: null, peerRate: null}
