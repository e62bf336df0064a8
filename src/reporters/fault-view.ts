/** What the fault commands show; plain data, made by `app`. Names in the JSON output are a contract. */
import type {Millis} from '../core/units.ts'

/** A step with its commands as a person would type them; `input` is what goes to standard input. */
export interface StepView {
  readonly why: string
  readonly command: string | null
  readonly input: string | null
  readonly undo: string | null
  readonly undoInput: string | null
  readonly expect: string
}

export interface FaultPlanView {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly backend: string
  readonly because: string
  readonly summary: string
  readonly place: string
  readonly device: string | null
  readonly lasts: Millis
  readonly endsByKernel: boolean
  /** Nothing stays that would have to end. */
  readonly once: boolean
  readonly blastRadius: readonly string[]
  /** In words: `round trip +100ms ± 11.5ms`. */
  readonly effect: readonly string[]
  readonly steps: readonly StepView[]
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
}

export interface FaultRow {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly summary: string
  readonly backend: string
  readonly place: string
  readonly standing: 'active' | 'ended' | 'orphaned' | 'stuck'
  /** Null: until somebody ends it. */
  readonly left: Millis | null
  readonly owner: number
  readonly detached: boolean
  /** ISO 8601. */
  readonly started: string
  /** What the owner serves; empty for faults of the kernel. */
  readonly proxies: readonly {
    readonly name: string
    readonly listens: string
    readonly upstream: string
    readonly does: readonly string[]
  }[]
}

export interface FaultListView {
  readonly faults: readonly FaultRow[]
  readonly halt: {readonly reason: string; readonly since: string} | null
  readonly unreadable: readonly string[]
}

export interface ClosedView {
  readonly id: string
  readonly name: string
  readonly summary: string
  readonly took: Millis
  readonly restored: boolean
  readonly differences: readonly string[]
}
