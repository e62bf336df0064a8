/** What it takes to watch one target for a while. Plain data: it travels to an agent as JSON. */
import type {TargetRole} from './events.ts'
import type {Family} from './outcome.ts'
import type {HealthOptions} from './health.ts'
import type {Millis} from './units.ts'

/** Where samples are sent from; absent leaves it to the kernel. */
export interface BoundTo {
  readonly source?: string
  readonly interface?: string
}

/** Only that, of something that has more. */
export function boundTo({
  source,
  interface: device,
}: {readonly [K in keyof BoundTo]?: string | undefined}): BoundTo {
  return {...(source !== undefined && {source}), ...(device !== undefined && {interface: device})}
}

export interface WatchSpec extends BoundTo {
  readonly name: string
  readonly url: string
  readonly role: TargetRole
  readonly interval: Millis
  readonly timeout: Millis
  readonly family: Family | 0
  /** Options of the probe kind, already validated by its schema. */
  readonly options: Readonly<Record<string, unknown>>
  /** The policy in its resolved form (see `policies`); null probes at the interval whatever happens. */
  readonly policy: unknown
  /** So many failures in a row until a connected target counts as down; 1 or more. */
  readonly fall: number
  /** So many successes in a row until it counts as up again; 1 or more. */
  readonly rise: number
  /** Its attempts take turns with those of others while the own network is suspected; a drill wants to see the policy as it is. */
  readonly takesTurns?: true
  /** How it is checked beyond that. */
  readonly health?: HealthOptions
}
