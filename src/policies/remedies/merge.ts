/** The remedies of a policy from its merged settings; what isn't written isn't there. */
import type {Millis, Ratio} from '../../core/units.ts'
import type {Merged} from '../merge.ts'
import type {Policy} from '../policy.ts'
import type {SettingKey} from '../settings.ts'
import type {AdaptiveSettings, HedgeSettings, RefreshSettings} from './settings.ts'

type Get = <T>(key: SettingKey, otherwise: T) => T

/** Empty for a policy without remedies, so that its resolved form says nothing about them. */
export function remedyFields(merged: Merged): Pick<Policy, 'remedies'> {
  const get: Get = <T>(key: SettingKey, otherwise: T) =>
    (merged.get(key)?.value as T | undefined) ?? otherwise
  const given = (head: string): boolean => [...merged.keys()].some((key) => key.startsWith(`${head}.`))
  const remedies = {
    resolvers: get<readonly string[]>('resolvers', []),
    refresh: refreshOf(get),
    hedge: given('hedge') ? hedgeOf(get) : null,
    adaptive: given('adaptive') ? adaptiveOf(get) : null,
  }
  const {resolvers, refresh, hedge, adaptive} = remedies
  return resolvers.length > 0 || refresh || hedge || adaptive ? {remedies} : {}
}

/** A token service that takes longer than 30s is down itself. */
function refreshOf(get: Get): RefreshSettings | null {
  const command = get<readonly string[]>('refresh.command', [])
  return command.length === 0 ? null : {command, timeout: get<Millis>('refresh.timeout', 30_000)}
}

/** One in ten: what slow networks ask for, and too little to make an overload worse. */
function hedgeOf(get: Get): HedgeSettings | null {
  if (!get<boolean>('hedge.enabled', true)) return null
  return {after: get<Millis | 'p95'>('hedge.after', 'p95'), share: get<Ratio>('hedge.share', 0.1)}
}

function adaptiveOf(get: Get): AdaptiveSettings | null {
  if (!get<boolean>('adaptive.enabled', true)) return null
  return {
    window: get('adaptive.window', 10),
    maxFactor: get('adaptive.max_factor', 4),
    // RFC 6298 section 2.4 asks for a second; a probe on a fast network may be a little bolder.
    minTimeout: get<Millis>('adaptive.min_timeout', 200),
  }
}
