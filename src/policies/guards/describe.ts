import {formatDuration} from '../../core/units.ts'
import type {Policy} from '../policy.ts'
import type {BreakerSettings, BudgetSettings, PeerRateSettings} from './settings.ts'

/** The guards of a policy in words, label and text; empty for a policy without any. */
export function describeGuards({guards, maxRetryAfter}: Policy): readonly (readonly [string, string])[] {
  const {breaker = null, budget = null, globalBudget = null, peerRate = null} = guards ?? {}
  return [
    ...(breaker ? [['breaker', breakerText(breaker)] as const] : []),
    ...(budget ? [['retry budget', budgetText(budget)] as const] : []),
    ...(globalBudget ? [['of all targets', budgetText(globalBudget)] as const] : []),
    ...(peerRate ? [['rate of a host', rateText(peerRate)] as const] : []),
    ...(maxRetryAfter === undefined
      ? []
      : [['Retry-After', `obeyed up to ${formatDuration(maxRetryAfter)}`] as const]),
  ]
}

function breakerText(breaker: BreakerSettings): string {
  const {mode, failures, ratio, window, minThroughput, open, maxOpen, trials} = breaker
  if (mode === 'isolated') return 'isolated: nothing is let through'
  const trips =
    mode === 'consecutive'
      ? `${failures} failures in a row`
      : `${Math.round(ratio * 100)}% failures of ${minThroughput} attempts or more in ${formatDuration(window)}`
  const span =
    maxOpen === open ? formatDuration(open) : `${formatDuration(open)} to ${formatDuration(maxOpen)}`
  return `opens after ${trips} for ${span}, closes after ${trials} good ${trials === 1 ? 'trial' : 'trials'}`
}

function budgetText({ratio, minPerSecond, burst, whenEmpty}: BudgetSettings): string {
  const then = whenEmpty === 'stop' ? 'then the ladder ends' : 'then it waits'
  return `${burst} retries at once, ${ratio} more per first attempt and ${minPerSecond}/s; ${then}`
}

function rateText({perSecond, burst, priority, ageing}: PeerRateSettings): string {
  return `${perSecond} attempts/s, ${burst} at once; ${priority}, one class up each ${formatDuration(ageing)}`
}
