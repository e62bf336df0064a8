/** Lays settings over each other and makes the policy of them. */
import {type HealthDocument, healthOptions} from '../config/health-schema.ts'
import type {Millis} from '../core/units.ts'
import {guardFields} from './guards/merge.ts'
import {remedyFields} from './remedies/merge.ts'
import type {HealthSettings, Jitter, JitterMode, Policy, Reset, RetryPhase, Strategy} from './policy.ts'
import {SETTING_KEYS, type Setting, type SettingKey, type Shape} from './settings.ts'

/** Every setting in force with its origin, in the order of `SETTING_KEYS`; what isn't there is off. */
export type Merged = ReadonlyMap<SettingKey, {readonly value: unknown; readonly origin: string}>

/** A set of settings that lies over others. */
export interface Layer {
  readonly settings: readonly Setting[]
  readonly originOf: (key: SettingKey) => string
}

type Values = Readonly<Partial<Record<SettingKey, unknown>>>

const COMMON: Values = {
  // The tunnel client's figure; the kernel's own giving up takes over two minutes.
  timeout: 30_000,
  deadline: 'none',
  // Less than this is no honest attempt: a TCP handshake round the world takes 300 ms, one nearby 20 ms.
  min_attempt_time: 100,
  'jitter.mode': 'width',
  'jitter.factor': 0.1,
  cap: 'hard',
  delay_from: 'end',
  reset: 'after_stable',
  // A stalled observer says nothing about the target, so it doesn't climb the ladder.
  strategies: {observer: 'repeat'},
  retry_on: [],
  never_on: [],
}

const SHAPE_DEFAULTS: Readonly<Record<Shape, Values>> = {
  phases: {
    max_attempts: 0,
    'retry.immediate.attempts': 3,
    'retry.immediate.interval': 5000,
    'retry.gradual.attempts': 5,
    'retry.gradual.base_interval': 30_000,
    'retry.gradual.max_interval': 480_000,
    'retry.gradual.multiplier': 2,
    'retry.persistent.enabled': true,
    'retry.persistent.interval': 600_000,
  },
  exponential: {
    max_attempts: 5,
    'retry.immediate.attempts': 0,
    'retry.immediate.interval': 0,
    // No end of its own: max_attempts ends it.
    'retry.gradual.attempts': null,
    'retry.gradual.base_interval': 500,
    'retry.gradual.max_interval': 30_000,
    'retry.gradual.multiplier': 2,
    'retry.persistent.enabled': false,
    'retry.persistent.interval': 600_000,
  },
}

/** Merges layers, the lowest first. A layer of another shape drops the phases below it. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  let shape: Shape = 'phases'
  const given = new Map<SettingKey, {value: unknown; origin: string}>()
  for (const layer of layers) {
    const wanted: Shape = layer.settings.find((setting) => setting.shape !== null)?.shape ?? shape
    if (wanted !== shape) for (const key of given.keys()) if (key.startsWith('retry.')) given.delete(key)
    shape = wanted
    for (const {key, value} of layer.settings) {
      const below = key === 'strategies' ? (given.get(key)?.value ?? COMMON.strategies) : null
      const merged = below === null ? value : {...(below as object), ...(value as object)}
      given.set(key, {value: merged, origin: layer.originOf(key)})
    }
  }
  const defaults: Values = {...COMMON, ...SHAPE_DEFAULTS[shape]}
  const entries = SETTING_KEYS.flatMap((key) => {
    const value = given.get(key) ?? (key in defaults ? {value: defaults[key], origin: 'default'} : null)
    return value ? ([[key, value]] as const) : []
  })
  return new Map(entries)
}

/** The resolved form. The schema has checked every value; here they only change their shape. */
export function policyOf(name: string, merged: Merged): Policy {
  const get = <T>(key: SettingKey): T => merged.get(key)?.value as T
  const deadline = get<Millis | 'none'>('deadline')
  const limit = deadline === 'none' ? null : deadline
  const timeout = get<Millis>('timeout')
  return {
    name,
    attemptTimeout: timeout,
    deadline: limit,
    minAttemptTime: Math.min(get<Millis>('min_attempt_time'), timeout, limit ?? timeout),
    maxAttempts: get<number>('max_attempts'),
    phases: phasesOf(get),
    jitter: jitterOf(get<JitterMode>('jitter.mode'), get<number>('jitter.factor')),
    cap: get<'hard' | 'soft'>('cap'),
    delayFrom: get<'end' | 'start'>('delay_from'),
    reset: resetOf(get('reset')),
    strategies: get<Readonly<Record<string, Strategy>>>('strategies'),
    retryOn: get<readonly string[]>('retry_on'),
    neverOn: get<readonly string[]>('never_on'),
    health: healthOf(merged),
    ...guardFields(merged),
    ...remedyFields(merged),
  }
}

function phasesOf(get: <T>(key: SettingKey) => T): readonly RetryPhase[] {
  const immediate: RetryPhase = {
    name: 'immediate',
    attempts: get<number>('retry.immediate.attempts'),
    interval: get<Millis>('retry.immediate.interval'),
    multiplier: 1,
    maxInterval: null,
  }
  const gradual: RetryPhase = {
    name: 'gradual',
    attempts: get<number | null>('retry.gradual.attempts'),
    interval: get<Millis>('retry.gradual.base_interval'),
    multiplier: get<number>('retry.gradual.multiplier'),
    maxInterval: get<Millis>('retry.gradual.max_interval'),
  }
  const persistent: RetryPhase = {
    name: 'persistent',
    attempts: null,
    interval: get<Millis>('retry.persistent.interval'),
    multiplier: 1,
    maxInterval: null,
  }
  const phases = [immediate, gradual].filter((phase) => phase.attempts !== 0)
  return get<boolean>('retry.persistent.enabled') ? [...phases, persistent] : phases
}

function jitterOf(mode: JitterMode, factor: number): Jitter {
  const used = mode === 'proportional' || mode === 'width' || mode === 'additive'
  return {mode, factor: used ? factor : 0}
}

function resetOf(value: 'on_success' | 'after_stable' | 'never' | {readonly after_stable: Millis}): Reset {
  if (typeof value === 'object') return {mode: 'after_stable', after: value.after_stable}
  return value === 'after_stable' ? {mode: value, after: null} : {mode: value}
}

/** Health figures only exist where some are given; the rest is then the tunnel client's 30 s and 5 s. */
function healthOf(merged: Merged): HealthSettings | null {
  const get = (key: SettingKey, otherwise: number): number =>
    (merged.get(key)?.value as number | undefined) ?? otherwise
  const given = [...merged].filter(([key]) => key.startsWith('health.'))
  if (given.length === 0) return null
  const written = given.map(([key, {value}]) => [key.slice('health.'.length), value])
  return {
    interval: get('health.interval', 30_000),
    timeout: get('health.timeout', 5000),
    fall: get('health.fall', 3),
    rise: get('health.rise', 2),
    ...healthOptions(Object.fromEntries(written) as HealthDocument),
  }
}
