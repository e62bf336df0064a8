/** The alert conditions whose greatest value follows from a ladder. */
import {type Millis, parseDuration} from '../../core/units.ts'

/** `rate` is per second, `increase` per window. */
export interface RateCondition {
  readonly fn: 'rate' | 'increase'
  readonly window: Millis
  readonly op: '>' | '>='
  readonly threshold: number
}

const RATE =
  /^\s*(rate|increase)\s*\(\s*(?:[a-z]\w*_)?connection_(?:failures|attempts)_total\s*(?:\{[^{}]*\})?\s*\[\s*(\w+)\s*\]\s*\)\s*(>=?)\s*(\d+(?:\.\d*)?(?:e-?\d+)?)\s*$/i

/**
 * Reads `rate(netdrill_connection_failures_total[5m]) > 0.1` and its kin for attempts, under any prefix. Null for
 * everything else: a sum over targets, a ratio or another metric has no bound that one ladder gives.
 */
export function readRateCondition(condition: string): RateCondition | null {
  const match = RATE.exec(condition)
  if (!match) return null
  const [, fn = '', range = '', op = '', threshold = ''] = match
  const window = parseDuration(range)
  if (!window.ok || window.value <= 0) return null
  return {
    fn: fn.toLowerCase() === 'rate' ? 'rate' : 'increase',
    window: window.value,
    op: op === '>' ? '>' : '>=',
    threshold: Number(threshold),
  }
}
