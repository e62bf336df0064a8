/** Which strategy a failure gets, and how that was found. */
import type {Failure, RetryClass} from '../core/failure.ts'
import type {Policy, Strategy} from './policy.ts'

export interface StrategyChoice {
  readonly strategy: Strategy
  /** The decision trail: `TLS_CERT_EXPIRED → authentication.certificate → never`, with what decided. */
  readonly trail: string
}

const OF_CLASS: Readonly<Record<RetryClass, Strategy>> = {
  ladder: 'ladder',
  fallback: 'fallback',
  backoff: 'backoff',
  once: 'once',
  never: 'never',
  config: 'never',
}

/**
 * Finds the strategy: `never_on`, then `retry_on`, then the policy's own rule for the category, then the class of the
 * failure's code. Authentication is never hammered: what would climb the ladder from its first rung backs off instead.
 */
export function chooseStrategy(
  policy: Pick<Policy, 'strategies' | 'retryOn' | 'neverOn'>,
  failure: Failure,
): StrategyChoice {
  const {strategy: wanted, because} = wantedStrategy(policy, failure)
  const hammers = failure.category === 'authentication' && !GENTLE.has(wanted)
  const strategy = hammers ? 'backoff' : wanted
  const trail = `${failure.code} → ${failure.category}.${failure.detail} → ${strategy} (${because})`
  return {strategy, trail}
}

const GENTLE: ReadonlySet<Strategy> = new Set(['never', 'once', 'backoff'])

function wantedStrategy(
  policy: Pick<Policy, 'strategies' | 'retryOn' | 'neverOn'>,
  failure: Failure,
): {readonly strategy: Strategy; readonly because: string} {
  const names = [failure.code, `${failure.category}.${failure.detail}`, failure.category]
  const never = names.find((name) => policy.neverOn.includes(name))
  if (never !== undefined) return {strategy: 'never', because: `never_on ${never}`}
  const own = OF_CLASS[failure.retry]
  const retried = names.find((name) => policy.retryOn.includes(name))
  if (retried !== undefined) {
    return {strategy: own === 'never' ? 'ladder' : own, because: `retry_on ${retried}`}
  }
  for (const name of names) {
    const strategy = policy.strategies[name]
    if (strategy !== undefined) return {strategy, because: `strategy of ${name}`}
  }
  return {strategy: own, because: `class ${failure.retry} of the code`}
}
