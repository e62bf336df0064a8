/** A written policy as a flat list of settings, whatever words it was written in. */
import type {Path} from '../config/load.ts'
import type {PolicyDocument} from './schema.ts'

/** The settings by their chief YAML key. */
export const SETTING_KEYS = [
  'timeout',
  'deadline',
  'min_attempt_time',
  'max_attempts',
  'retry.immediate.attempts',
  'retry.immediate.interval',
  'retry.gradual.attempts',
  'retry.gradual.base_interval',
  'retry.gradual.max_interval',
  'retry.gradual.multiplier',
  'retry.persistent.enabled',
  'retry.persistent.interval',
  'jitter.mode',
  'jitter.factor',
  'cap',
  'delay_from',
  'reset',
  'strategies',
  'retry_on',
  'never_on',
  'breaker.mode',
  'breaker.failures',
  'breaker.ratio',
  'breaker.window',
  'breaker.min_throughput',
  'breaker.open',
  'breaker.multiplier',
  'breaker.max_open',
  'breaker.trials',
  'budget.ratio',
  'budget.min_per_second',
  'budget.burst',
  'budget.when_empty',
  'global_budget.ratio',
  'global_budget.min_per_second',
  'global_budget.burst',
  'global_budget.when_empty',
  'peer_rate.per_second',
  'peer_rate.burst',
  'peer_rate.priority',
  'peer_rate.ageing',
  'max_retry_after',
  'resolvers',
  'refresh.command',
  'refresh.timeout',
  'hedge.enabled',
  'hedge.after',
  'hedge.share',
  'adaptive.enabled',
  'adaptive.window',
  'adaptive.max_factor',
  'adaptive.min_timeout',
  'health.interval',
  'health.timeout',
  'health.fall',
  'health.rise',
  'health.fast_interval',
  'health.jitter',
  'health.slow_down',
  'health.quality',
  'health.phi',
  'health.inactive',
  'health.hold',
] as const
export type SettingKey = (typeof SETTING_KEYS)[number]

/** `phases`: immediate, gradual, persistent. `exponential`: one phase of growing waits, ended by max_attempts. */
export type Shape = 'phases' | 'exponential'

export interface Setting {
  readonly key: SettingKey
  readonly value: unknown
  /** Where it stands in the policy. */
  readonly path: Path
  /** The shape that this key implies; null where it fits both. */
  readonly shape: Shape | null
}

interface Word {
  readonly key: SettingKey
  readonly shape?: Shape
  readonly convert?: (value: unknown) => unknown
}

const PHASE_WORDS: Readonly<Record<string, Word>> = Object.fromEntries(
  SETTING_KEYS.filter((key) => key.startsWith('retry.')).map((key) => [key, {key, shape: 'phases'}]),
)

/** Every key that may be written, and what it sets. */
const WORDS: Readonly<Record<string, Word>> = {
  ...Object.fromEntries(SETTING_KEYS.map((key) => [key, {key}])),
  ...PHASE_WORDS,
  ...Object.fromEntries(Object.entries(PHASE_WORDS).map(([name, word]) => [`connection.${name}`, word])),
  'connection.timeout': {key: 'timeout'},
  attempt_timeout: {key: 'timeout'},
  // `breaker: isolated` by itself.
  breaker: {key: 'breaker.mode'},
  // `refresh: [program, argument]`, `hedge: off` and `adaptive: true` by themselves.
  refresh: {key: 'refresh.command'},
  hedge: {key: 'hedge.enabled', convert: (value) => value !== 'off'},
  adaptive: {key: 'adaptive.enabled'},
  ...jitterWords('jitter'),
  ...jitterWords('retry.jitter'),
  ...jitterWords('connection.retry.jitter'),
  retries: {key: 'max_attempts', convert: (value) => Number(value) + 1},
  initial_delay_ms: {key: 'retry.gradual.base_interval', shape: 'exponential'},
  max_delay_ms: {key: 'retry.gradual.max_interval', shape: 'exponential'},
  backoff_multiplier: {key: 'retry.gradual.multiplier', shape: 'exponential'},
  // The factor of the retry framework is a width: d·(1±factor/2).
  jitter_factor: {key: 'jitter.factor'},
  reset_on_success: {key: 'reset', convert: (value) => (value === true ? 'on_success' : 'never')},
  maxRetries: {key: 'retry.immediate.attempts', shape: 'phases'},
  retryInterval: {key: 'retry.immediate.interval', shape: 'phases'},
  maxBackoff: {key: 'retry.gradual.max_interval', shape: 'phases'},
  persistent: {key: 'retry.persistent.enabled', shape: 'phases'},
}

function jitterWords(at: string): Record<string, Word> {
  return {
    [at]: {key: 'jitter.mode'},
    [`${at}.mode`]: {key: 'jitter.mode'},
    [`${at}.factor`]: {key: 'jitter.factor'},
  }
}

/** Keys whose value is taken whole. */
const WHOLE: ReadonlySet<string> = new Set([
  'strategies',
  'retry_on',
  'never_on',
  'reset',
  'health.slow_down',
  'health.quality',
  'health.phi',
  'health.inactive',
  'health.hold',
])

/** Lists what the policy sets, in the order it was written. */
export function settingsOf(policy: PolicyDocument): readonly Setting[] {
  return walk(policy, []).flatMap(({path, value}): Setting[] => {
    const name = path.map(String).join('.')
    const word = WORDS[name]
    if (!word) return []
    const {key, shape = null, convert} = word
    const setting = {key, value: convert ? convert(value) : value, path, shape}
    // `jitter_factor` by itself means a width, unless a mode is written beside it.
    const width =
      name === 'jitter_factor' && policy.jitter === undefined && policy.retry?.jitter === undefined
    return width ? [setting, {...setting, key: 'jitter.mode', value: 'width'}] : [setting]
  })
}

function walk(value: unknown, path: Path): readonly {readonly path: Path; readonly value: unknown}[] {
  if (value === undefined) return []
  const plain = typeof value !== 'object' || value === null || Array.isArray(value)
  const whole = plain || WHOLE.has(path.map(String).join('.'))
  if (whole) return [{path, value}]
  return Object.entries(value).flatMap(([key, inner]) => walk(inner, [...path, key]))
}
