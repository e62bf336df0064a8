/**
 * The numbers that follow what is measured, without time of their own. The timeout of an attempt is what RFC 6298 makes
 * of the answers so far (smoothed time plus four times its variation), doubled for each timeout in a row (section 5.5).
 * Waits grow with the share of failures: each failure multiplies the factor by one plus that share, each success takes
 * half a unit off (additive decrease, multiplicative increase, so that a target in trouble is left alone soon).
 */
import type {Failure} from '../../core/failure.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {AdaptiveSettings} from './settings.ts'

export interface AdaptiveState {
  readonly settings: AdaptiveSettings
  /** Smoothed time of an answer and its variation; null before the first. */
  readonly srtt: Millis | null
  readonly rttvar: Millis
  /** Waits are multiplied by it; 1 or more. */
  readonly factor: number
  readonly timeoutsInARow: number
  /** Of the last `window` attempts, oldest first: whether each succeeded. */
  readonly results: readonly boolean[]
}

const STEP_DOWN = 0.5
/** RFC 6298 section 2.3. */
const ALPHA = 1 / 8
const BETA = 1 / 4
const K = 4

export function startAdaptive(settings: AdaptiveSettings): AdaptiveState {
  return {settings, srtt: null, rttvar: 0, factor: 1, timeoutsInARow: 0, results: []}
}

/** An attempt ended: `failure` is null for a success that took so long. */
export function observeAttempt(
  state: AdaptiveState,
  end: {readonly failure: Failure | null; readonly took: Millis},
): AdaptiveState {
  const {window, maxFactor} = state.settings
  const results = [...state.results, end.failure === null].slice(-window)
  if (end.failure === null) {
    const factor = Math.max(1, state.factor - STEP_DOWN)
    return {...state, ...smoothed(state, end.took), results, factor, timeoutsInARow: 0}
  }
  const timedOut = end.failure.detail === 'timeout'
  const factor = Math.min(maxFactor, state.factor * (1 + failedShare(results)))
  return {...state, results, factor, timeoutsInARow: timedOut ? state.timeoutsInARow + 1 : 0}
}

function smoothed({srtt, rttvar}: AdaptiveState, took: Millis): Pick<AdaptiveState, 'srtt' | 'rttvar'> {
  if (srtt === null) return {srtt: took, rttvar: took / 2}
  return {
    srtt: (1 - ALPHA) * srtt + ALPHA * took,
    rttvar: (1 - BETA) * rttvar + BETA * Math.abs(srtt - took),
  }
}

/** How long an attempt may take; never longer than `most`, the policy's own timeout. */
export function adaptiveTimeout(state: AdaptiveState, most: Millis): Millis {
  const {srtt, rttvar, settings, timeoutsInARow} = state
  if (srtt === null) return most
  const wanted = (srtt + K * rttvar) * 2 ** Math.min(30, timeoutsInARow)
  return Math.min(most, Math.max(settings.minTimeout, Math.ceil(wanted)))
}

/** The numbers in force, in words. */
export function describeAdaptive(state: AdaptiveState, most: Millis): string {
  const {srtt, rttvar, factor, results} = state
  const failed = results.filter((ok) => !ok).length
  const measured =
    srtt === null
      ? 'no answer measured yet'
      : `answers take ${formatDuration(Math.round(srtt))} ± ${formatDuration(Math.round(rttvar))}`
  const timeout = formatDuration(adaptiveTimeout(state, most))
  return `timeout ${timeout} (${measured}), waits ×${factor.toFixed(2)} (${failed} of the last ${results.length} failed)`
}

function failedShare(results: readonly boolean[]): number {
  return results.length === 0 ? 0 : results.filter((ok) => !ok).length / results.length
}
