/** What is done about a failure besides trying again: the steps of a decision trail. */
import type {Millis} from './units.ts'

export const STRATEGY_NAMES = [
  'resolvers',
  'certificate',
  'refresh',
  'protocols',
  'own-network',
  'shortage',
  'hedge',
  'adaptive',
  'stop',
] as const
/**
 * `resolvers`: other resolvers were asked. `certificate`: what the refused certificate says. `refresh`: a program fetched
 * new credentials. `protocols`: which TLS versions the server accepts. `own-network`: this machine's own network is down.
 * `shortage`: this machine lacks sockets, ports or buffers. `hedge`: a second attempt beside a slow one. `adaptive`: the
 * timeout and waits in force. `stop`: why no attempt follows.
 */
export type StrategyName = (typeof STRATEGY_NAMES)[number]

export const STRATEGY_RESULTS = ['helped', 'failed', 'told'] as const
/** `told`: a finding or a figure, which could neither help nor fail. */
export type StrategyResult = (typeof STRATEGY_RESULTS)[number]

export interface StrategyStep {
  readonly strategy: StrategyName
  readonly result: StrategyResult
  readonly text: string
}

export interface StrategyEvent extends StrategyStep {
  readonly type: 'strategy-step'
  readonly target: string
  /** The attempt it belongs to; null for what a sample without a policy's attempt led to. */
  readonly attempt: number | null
}

/** A strategy, or what decided: `ladder` for the next attempt, `guard` for one that was held back, `breaker`. */
export const TRAIL_AUTHORS = [...STRATEGY_NAMES, 'ladder', 'guard', 'breaker'] as const

/** A line of the decision trail of a probe, in the order of events. */
export interface TrailStep {
  readonly at: Millis
  /** The attempt that it belongs to or leads to. */
  readonly attempt: number | null
  readonly by: (typeof TRAIL_AUTHORS)[number]
  readonly result: StrategyResult
  readonly text: string
}
