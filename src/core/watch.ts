/** What it takes to watch one target for a while. Plain data: it travels to an agent as JSON. */
import type {TargetRole} from './events.ts'
import type {Family} from './outcome.ts'
import type {Millis, Ratio} from './units.ts'

export interface WatchSpec {
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
  /** Beyond these limits a connection that is up counts as degraded; absent limits are not judged. */
  readonly quality?: QualitySpec
}

/** Judged over the last ten samples. */
export interface QualitySpec {
  readonly maxRtt?: Millis
  readonly maxLoss?: Ratio
}
