/** The guards of a policy from its merged settings; what isn't written isn't there. */
import type {Millis} from '../../core/units.ts'
import type {Merged} from '../merge.ts'
import type {Policy} from '../policy.ts'
import type {SettingKey} from '../settings.ts'
import type {BreakerSettings, BudgetSettings, PeerRateSettings, Priority} from './settings.ts'

type Get = <T>(key: SettingKey, otherwise: T) => T

/** Empty for a policy without guards, so that its resolved form says nothing about them. */
export function guardFields(merged: Merged): Pick<Policy, 'guards' | 'maxRetryAfter'> {
  const get: Get = <T>(key: SettingKey, otherwise: T) =>
    (merged.get(key)?.value as T | undefined) ?? otherwise
  const given = (head: string): boolean => [...merged.keys()].some((key) => key.startsWith(`${head}.`))
  const whenEmpty = isEndless(merged, get) ? 'wait' : 'stop'
  const guards = {
    breaker: given('breaker') ? breakerOf(get) : null,
    budget: given('budget') ? budgetOf('budget', get, whenEmpty) : null,
    globalBudget: given('global_budget') ? budgetOf('global_budget', get, whenEmpty) : null,
    peerRate: given('peer_rate') ? peerRateOf(get) : null,
  }
  const limit = get<Millis | null>('max_retry_after', null)
  return {
    ...(Object.values(guards).some((guard) => guard !== null) && {guards}),
    ...(limit !== null && {maxRetryAfter: limit}),
  }
}

/** Five failures in a row, then 30s, each time longer up to 5m: the persistent phases of ladders are in that range. */
function breakerOf(get: Get): BreakerSettings | null {
  const mode = get<BreakerSettings['mode'] | 'off'>('breaker.mode', 'consecutive')
  if (mode === 'off') return null
  const open = get<Millis>('breaker.open', 30_000)
  return {
    mode,
    failures: get('breaker.failures', 5),
    ratio: get('breaker.ratio', 0.5),
    window: get('breaker.window', 60_000),
    // A probe each five seconds makes twelve of a minute: a higher floor would never trip.
    minThroughput: get('breaker.min_throughput', 5),
    open,
    multiplier: get('breaker.multiplier', 2),
    maxOpen: Math.max(open, get('breaker.max_open', 300_000)),
    trials: get('breaker.trials', 1),
  }
}

/** What `breaker: {}` means. */
export function defaultBreaker(): BreakerSettings | null {
  return breakerOf((_, otherwise) => otherwise)
}

function budgetOf(
  head: 'budget' | 'global_budget',
  get: Get,
  whenEmpty: BudgetSettings['whenEmpty'],
): BudgetSettings {
  return {
    ratio: get(`${head}.ratio`, 0.2),
    minPerSecond: get(`${head}.min_per_second`, 1),
    burst: get(`${head}.burst`, 10),
    whenEmpty: get(`${head}.when_empty`, whenEmpty),
  }
}

function peerRateOf(get: Get): PeerRateSettings {
  const perSecond = get('peer_rate.per_second', 2)
  return {
    perSecond,
    burst: get('peer_rate.burst', Math.max(1, Math.ceil(perSecond))),
    priority: get<Priority>('peer_rate.priority', 'normal'),
    ageing: get<Millis>('peer_rate.ageing', 10_000),
  }
}

/** A ladder for ever is a watch: it must not end because others have used the budget up. */
function isEndless(merged: Merged, get: Get): boolean {
  const endless =
    get('retry.persistent.enabled', false) || merged.get('retry.gradual.attempts')?.value === null
  return endless && get('max_attempts', 0) === 0 && get<Millis | 'none'>('deadline', 'none') === 'none'
}
