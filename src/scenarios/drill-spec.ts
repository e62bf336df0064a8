/** A drill as the runner sees it: names resolved, quantities as numbers. */
import type {Policy} from '../policies/policy.ts'
import type {Condition} from '../config/conditions/condition.ts'
import type {Position} from '../core/errors.ts'
import type {TargetRole} from '../core/events.ts'
import type {GroupSpec} from '../core/group-spec.ts'
import type {Millis} from '../core/units.ts'
import type {FaultSpec} from '../faults/fault.ts'
import type {LabSpec} from '../lab/lab.ts'

export interface DrillTarget {
  readonly name: string
  /** May hold `{server}` of the lab. */
  readonly url: string
  readonly role: TargetRole
  readonly interval: Millis
  readonly timeout: Millis
  readonly options: Readonly<Record<string, unknown>>
  readonly policy: {readonly name: string; readonly policy: Policy} | null
  readonly fall: number
  readonly rise: number
}

/** When a condition is judged: over the samples of which part of the drill. */
export type During = 'baseline' | 'fault' | 'recovery' | 'drill'

export interface DrillCondition {
  readonly condition: Condition
  readonly text: string
  readonly during: During
  readonly position: Position | null
}

export interface TimelineEntry {
  /** From the start of the baseline. */
  readonly at: Millis
  readonly lasts: Millis
  readonly fault: string
}

export interface DrillSpec {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly file: string
  readonly targets: readonly DrillTarget[]
  /** Groups of these targets; absent for none. */
  readonly groups?: readonly GroupSpec[]
  readonly faults: Readonly<Record<string, FaultSpec>>
  readonly lab: LabSpec | null
  /** The lab node that the targets are probed from. */
  readonly from: string | null
  readonly timeline: readonly TimelineEntry[]
  /** The longest wait for recovery after the last fault. */
  readonly settle: Millis
  readonly steady: readonly DrillCondition[]
  readonly abortWhen: readonly DrillCondition[]
  readonly expect: readonly DrillCondition[]
  readonly repeat: number
}
