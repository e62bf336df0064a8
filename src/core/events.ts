/**
 * One event stream per run. The journal stores it; the terminal view, every reporter and the verdict are folds over
 * it, so that no two of them can disagree. Names are JSON names: they are a contract.
 */
import type {AlertEvent} from './alert-events.ts'
import type {BudgetEvent} from './budget-event.ts'
import type {AddedFault, FaultEvent} from './fault-events.ts'
import type {ExitCode, Verdict} from './exit-codes.ts'
import type {Failure} from './failure.ts'
import type {Sample} from './outcome.ts'
import type {Figure} from './figures.ts'
import type {GroupEvent} from './group-events.ts'
import type {PeerEvent} from './peer-events.ts'
import type {BreakerPhase, GuardEvent} from './guard-events.ts'
import type {NetworkEvent} from './network-events.ts'
import type {DetectionTime} from './health.ts'
import type {HealthEvent} from './health-events.ts'
import type {ExpectationResult, ProbeVerdict} from './probe-result.ts'
import type {StrategyEvent} from './strategy-events.ts'
import type {StreamEvent} from './stream-events.ts'
import type {WebhookEvent} from './webhook-events.ts'
import type {Millis} from './units.ts'

export type ConnectionState =
  | 'idle'
  | 'connecting'
  | 'connected'
  | 'degraded'
  | 'suspect'
  | 'reconnecting'
  | 'exhausted'
  | 'failed'
  | 'disconnected'

export type DrillPhase = 'setup' | 'baseline' | 'inject' | 'observe' | 'recover' | 'cleanup'

/** `target` is what the run is about; `control` must stay untouched by every fault. */
export type TargetRole = 'target' | 'control'

export interface RunInfo {
  /** Unique name of the run; also the journal's file name. */
  readonly id: string
  readonly command: string
  /** Absent for what ends by itself. */
  readonly purpose?: 'monitor'
  /** Only in a later file of a journal: its number, and how many lines repeat what was before. */
  readonly segment?: {readonly number: number; readonly preamble: number}
  readonly title: string
  readonly version: string
  readonly seed: number
  /** Wall clock at the start as ISO 8601: a label. */
  readonly started: string
  readonly platform: string
  /** The backends in use and why, one line each. */
  readonly backends: readonly string[]
}

export interface TargetInfo {
  readonly name: string
  readonly url: string
  readonly kind: string
  readonly role: TargetRole
  readonly interval: Millis
  readonly timeout: Millis
  readonly policy: string | null
  /** Where the breaker of its policy begins; absent for a policy without one. */
  readonly breaker?: BreakerPhase
  /** How long a silent loss stays unnoticed, worked out from its checks. */
  readonly detection?: DetectionTime
}

/** `at` counts from the run's start on the monotonic clock. */
export interface Stamped {
  readonly at: Millis
}

export type RunEvent = Stamped &
  (
    | {readonly type: 'run-started'; readonly run: RunInfo}
    | {readonly type: 'target-added'; readonly target: TargetInfo}
    /** A watch has read its documents again and this one is no longer in them. */
    | {readonly type: 'target-removed'; readonly target: string}
    | {readonly type: 'fault-added'; readonly fault: AddedFault}
    | {readonly type: 'phase-started'; readonly phase: DrillPhase; readonly ends: Millis | null}
    | {readonly type: 'sample'; readonly target: string; readonly sample: Sample}
    | {
        readonly type: 'attempt-scheduled'
        readonly target: string
        /** Counts all tries including the first. */
        readonly attempt: number
        readonly phase: string
        /** When it will start, on the run's clock. */
        readonly due: Millis
        readonly because: string
      }
    | {
        readonly type: 'attempt'
        readonly target: string
        readonly attempt: number
        readonly phase: string
        readonly took: Millis
        readonly failure: Failure | null
      }
    | {
        readonly type: 'state-changed'
        readonly target: string
        readonly from: ConnectionState
        readonly to: ConnectionState
        readonly because: string
      }
    | FaultEvent
    | GuardEvent
    | StrategyEvent
    | GroupEvent
    | StreamEvent
    | PeerEvent
    | NetworkEvent
    | AlertEvent
    | WebhookEvent
    | HealthEvent
    /** A reply beyond the first, or after its sample's deadline; the sample stays as it was. */
    | {
        readonly type: 'reply-extra'
        readonly target: string
        readonly seq: number
        readonly kind: 'duplicate' | 'late'
        readonly rtt: Millis
      }
    | {readonly type: 'slot-missed'; readonly target: string; readonly seq: number; readonly because: string}
    | {
        readonly type: 'observer-gap'
        readonly length: Millis
        readonly because: string
        /** When it began on the run's clock, which doesn't run while the machine sleeps; absent where nobody looked. */
        readonly since?: Millis
      }
    | {
        readonly type: 'notice'
        readonly level: 'info' | 'warning' | 'error'
        readonly code: string | null
        readonly text: string
      }
    | {readonly type: 'abort-requested'; readonly because: string}
    | {
        readonly type: 'expectation'
        /** The condition as written, with `during` where it isn't the whole drill. */
        readonly text: string
        /** Null: it could not be judged, and `actual` says why. */
        readonly met: boolean | null
        readonly actual: string
      }
    /** How a target of a check was judged, after its last sample. */
    | {
        readonly type: 'target-judged'
        readonly target: string
        readonly verdict: ProbeVerdict
        readonly flaky: boolean
        readonly attempts: number
        /** How often it was probed; more than once only while waiting for it. */
        readonly checks: number
        /** Null when it passed. */
        readonly reason: {readonly code: string; readonly text: string} | null
        readonly expectations: readonly ExpectationResult[]
      }
    | BudgetEvent
    | {readonly type: 'figures'; readonly figures: readonly Figure[]}
    | {
        readonly type: 'verdict'
        readonly verdict: Verdict
        readonly reasons: readonly string[]
        readonly exit: ExitCode
      }
    | {readonly type: 'run-ended'; readonly journal: string | null}
  )

/** Consumers must not block: slow work belongs into their own queue. */
export type EmitEvent = (event: RunEvent) => void
