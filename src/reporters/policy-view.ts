/** What is shown of policies. */
import type {Millis} from '../core/units.ts'

export interface ListedPolicy {
  readonly name: string
  readonly summary: string
  readonly source: string
}

interface Range {
  readonly low: Millis
  readonly high: Millis
}

export interface PolicyView {
  readonly name: string
  readonly summary: string | null
  /** Where the figures of a preset come from. */
  readonly source: string | null
  /** Label and text. */
  readonly facts: readonly (readonly [string, string])[]
  /** How long each attempt of the schedule takes to fail. */
  readonly duration: Millis
  readonly schedule: {
    readonly rows: readonly {
      readonly attempt: number
      readonly phase: string
      /** Without jitter. */
      readonly start: Millis
      readonly earliest: Millis
      readonly latest: Millis
      readonly wait: Range | null
    }[]
    readonly end:
      | {readonly type: 'endless'; readonly phase: string; readonly every: Range}
      | {readonly type: 'exhausted'; readonly attempts: number}
      | {readonly type: 'deadline'; readonly deadline: Millis}
      | {readonly type: 'cut'; readonly phase: string}
  }
  readonly settings: readonly {readonly key: string; readonly value: unknown; readonly origin: string}[]
}
