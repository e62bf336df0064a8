/** When a second attempt may be made beside a slow one, without time of its own. */
import type {Millis} from '../../core/units.ts'
import type {HedgeSettings} from './settings.ts'

export interface HedgeState {
  readonly settings: HedgeSettings
  /** Second attempts that may still be made; each first attempt earns its share. */
  readonly tokens: number
  /** How long the last successes took, oldest first. */
  readonly times: readonly Millis[]
}

/** With fewer answers than this the 95th percentile says nothing: there is one beyond it. */
const LEAST_TIMES = 20
const MOST_TIMES = 100
/** What has been saved up in quiet times must not come all at once in bad ones. */
const MOST_TOKENS = 10
/** Ten times a tenth is a little less than one. */
const ROUNDING = 1e-9

/** Begins without tokens, so that second attempts never exceed their share of the first ones. */
export function startHedge(settings: HedgeSettings): HedgeState {
  return {settings, tokens: 0, times: []}
}

/** A first attempt begins. */
export function earnHedge(state: HedgeState): HedgeState {
  return {...state, tokens: Math.min(MOST_TOKENS, state.tokens + state.settings.share)}
}

/** How long after the first attempt the second one may follow; null when there is none. */
export function hedgeDelay({settings, tokens, times}: HedgeState): Millis | null {
  if (tokens < 1 - ROUNDING) return null
  if (settings.after !== 'p95') return settings.after
  if (times.length < LEAST_TIMES) return null
  const ascending = times.toSorted((a, b) => a - b)
  return ascending[Math.ceil(ascending.length * 0.95) - 1] ?? null
}

/** The second attempt begins. */
export function spendHedge(state: HedgeState): HedgeState {
  return {...state, tokens: Math.max(0, state.tokens - 1)}
}

/** An attempt succeeded after so long. */
export function observeSuccess(state: HedgeState, took: Millis): HedgeState {
  return {...state, times: [...state.times, took].slice(-MOST_TIMES)}
}
