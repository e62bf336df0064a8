/** What stands between a due attempt and the network, as plain data; null where a policy doesn't ask for it. */
import type {Ratio, Millis} from '../../core/units.ts'

export const BREAKER_MODES = ['consecutive', 'ratio', 'isolated', 'off'] as const

export interface BreakerSettings {
  /** `isolated`: a person has cut this target off; no attempt is made at all. */
  readonly mode: 'consecutive' | 'ratio' | 'isolated'
  /** `consecutive`: opens after so many failures in a row. */
  readonly failures: number
  /** `ratio`: opens when so large a share of the attempts of the window failed… */
  readonly ratio: Ratio
  readonly window: Millis
  /** …and there were so many at least. */
  readonly minThroughput: number
  /** How long it stays open the first time; each time in a row `multiplier` times longer, up to `maxOpen`. */
  readonly open: Millis
  readonly multiplier: number
  readonly maxOpen: Millis
  /** So many successes in a row, one attempt at a time, close it. */
  readonly trials: number
}

/** Retries cost a token each; first attempts earn a part of one, and time gives some. */
export interface BudgetSettings {
  /** Retries per first attempt. */
  readonly ratio: Ratio
  readonly minPerSecond: number
  /** How many tokens may be saved up; the bucket begins full. */
  readonly burst: number
  /** Without a token the ladder ends, or waits for the next one. */
  readonly whenEmpty: 'stop' | 'wait'
}

export const PRIORITIES = ['critical', 'normal', 'background'] as const
export type Priority = (typeof PRIORITIES)[number]

export interface PeerRateSettings {
  /** Attempts per second to one host, of all targets together. */
  readonly perSecond: number
  readonly burst: number
  /** Who goes first when several wait. */
  readonly priority: Priority
  /** Whoever has waited so long moves up one class. */
  readonly ageing: Millis
}

export interface PolicyGuards {
  readonly breaker: BreakerSettings | null
  /** For each target by itself. */
  readonly budget: BudgetSettings | null
  /** For all targets of the process together. */
  readonly globalBudget: BudgetSettings | null
  readonly peerRate: PeerRateSettings | null
}
