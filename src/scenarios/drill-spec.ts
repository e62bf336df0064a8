/** A drill as the runner sees it: names resolved, quantities as numbers. */
import type {AlertPlan} from '../policies/alerts/rule.ts'
import type {Policy} from '../policies/policy.ts'
import type {Condition} from '../config/conditions/condition.ts'
import type {Position} from '../core/errors.ts'
import type {TargetRole} from '../core/events.ts'
import type {GroupSpec} from '../core/group-spec.ts'
import type {HealthOptions} from '../core/health.ts'
import type {PeerSpec} from '../core/peer-spec.ts'
import type {Millis} from '../core/units.ts'
import type {FaultSpec} from '../faults/fault.ts'
import type {ReceiverSpec} from '../connections/notify/receiver-spec.ts'
import type {LabSpec} from '../lab/lab.ts'

export interface DrillTarget {
  readonly name: string
  /** May hold `{server}` of the lab. */
  readonly url: string
  readonly role: TargetRole
  readonly interval: Millis
  readonly timeout: Millis
  readonly options: Readonly<Record<string, unknown>>
  /** Samples are sent through this interface, */
  readonly interface?: string
  /** and from this address. */
  readonly source?: string
  readonly policy: {readonly name: string; readonly policy: Policy} | null
  readonly fall: number
  readonly rise: number
  readonly health?: HealthOptions
}

/** When a condition is judged: over the samples of which part of the drill. */
export type During = 'baseline' | 'fault' | 'recovery' | 'drill' | {readonly fault: string}

export interface DrillCondition {
  readonly condition: Condition
  readonly text: string
  readonly during: During
  readonly position: Position | null
}

export interface TimelineEntry {
  /** From the start of the baseline; of one that follows, from the end of the entry before it in its track. */
  readonly at: Millis
  readonly lasts: Millis
  readonly fault: string
  readonly follows?: true
  /** Absent: the timeline itself. */
  readonly track?: string
  /** From `at` on it waits for this, so long at most. */
  readonly when?: {readonly condition: DrillCondition; readonly patience: Millis}
  /** Ends the entry early, with all that would still come of it. */
  readonly until?: DrillCondition
  /** From start to start, each but the first later by a random part of `phase`. */
  readonly loop?: {readonly times: number; readonly every: Millis; readonly phase: Millis}
  /** What the fault is one after the other; together they last as long as the entry. */
  readonly steps?: readonly {readonly spec: FaultSpec; readonly lasts: Millis}[]
}

export interface DrillBudget {
  readonly target: string
  readonly measure: 'down' | 'late' | 'in_a_row'
  /** A share of the time, or a number of samples. */
  readonly allowed: number
  /** Of `late`: the longest round trip that is not. */
  readonly over: Millis | null
  /** The worst stretch of this length counts; null: from the first fault to the end. */
  readonly stretch: Millis | null
  readonly text: string
  readonly position: Position | null
}

export interface DrillSpec {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly file: string
  readonly targets: readonly DrillTarget[]
  /** Groups of these targets; absent for none. */
  readonly groups?: readonly GroupSpec[]
  /** Kept in nodes of the lab; absent for none. */
  readonly peers?: readonly {readonly node: string; readonly spec: PeerSpec}[]
  /** Whom the drill tells about them, as a watch does; absent for nobody. */
  readonly notify?: readonly ReceiverSpec[]
  /** Servers of the lab that run on this machine when the drill has no lab; absent for none. */
  readonly ownServers?: LabSpec['servers']
  /** Rules over the series of the drill; absent for none. */
  readonly alerts?: AlertPlan
  readonly faults: Readonly<Record<string, FaultSpec>>
  /** Where the document names the host of a fault, by fault; absent: every fault is on this one. */
  readonly hosts?: Readonly<Record<string, Position>>
  readonly lab: LabSpec | null
  /** The lab node that the targets are probed from. */
  readonly from: string | null
  readonly timeline: readonly TimelineEntry[]
  /** The longest wait for recovery after the last fault. */
  readonly settle: Millis
  readonly steady: readonly DrillCondition[]
  /** Absent for none. */
  readonly budgets?: readonly DrillBudget[]
  readonly abortWhen: readonly DrillCondition[]
  readonly expect: readonly DrillCondition[]
  readonly repeat: number
}
