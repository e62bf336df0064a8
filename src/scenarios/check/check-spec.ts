/** What a check runs: targets with names resolved, quantities as numbers, and the way back to where they were written. */
import type {ReceiverSpec} from '../../connections/notify/receiver-spec.ts'
import type {Expectation} from '../../config/conditions/schema.ts'
import type {WatchPace} from '../../config/watch-pace.ts'
import type {CheckPlace} from '../../core/check-result.ts'
import type {Position, Problem} from '../../core/errors.ts'
import type {GroupSpec} from '../../core/group-spec.ts'
import type {PeerSpec} from '../../core/peer-spec.ts'
import type {Family} from '../../core/outcome.ts'
import type {TargetUrl} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {AlertSource} from '../../policies/alerts/read-alerts.ts'
import type {Policy} from '../../policies/policy.ts'

export interface CheckExpectation {
  readonly expectation: Expectation
  readonly place: CheckPlace
}

export interface CheckTarget {
  /** Unique in the whole check. */
  readonly name: string
  readonly url: TargetUrl
  readonly tags: readonly string[]
  /** Names of the groups that it is judged with. */
  readonly groups: readonly string[]
  readonly family: Family | 0
  /** Samples are sent through this interface, */
  readonly interface?: string
  /** and from this address. */
  readonly source?: string
  readonly options: Readonly<Record<string, unknown>>
  readonly count: number
  readonly interval: Millis
  readonly timeout: Millis
  /** For who watches it. */
  readonly watch: WatchPace
  readonly policy: Policy | null
  readonly expectations: readonly CheckExpectation[]
  readonly place: CheckPlace
  /** Of its URL, with the text of the line: for mistakes that show when the probe is opened. */
  readonly position: Position
}

/** Targets of which so many have to pass. */
export interface CheckGroup {
  /** Unique in the whole check. */
  readonly name: string
  /** Names of targets, all of them in the check. */
  readonly members: readonly string[]
  readonly needed: number
  readonly place: CheckPlace
}

export interface LoadedCheck {
  readonly files: readonly string[]
  readonly targets: readonly CheckTarget[]
  readonly groups: readonly CheckGroup[]
  /** The same groups, for who follows them. */
  readonly groupSpecs: readonly GroupSpec[]
  /** For who watches: the alerts as written, and the names of all targets, chosen or not. */
  readonly alerts: readonly AlertSource[]
  readonly targetNames: readonly string[]
  readonly receivers: readonly ReceiverSpec[]
  /** For who keeps them; a check does not. */
  readonly peers: readonly PeerSpec[]
  readonly warnings: readonly Problem[]
  /** What came from the environment: to be kept out of all outputs. */
  readonly secrets: readonly string[]
}
