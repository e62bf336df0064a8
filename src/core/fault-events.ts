/** The life of a fault as the event stream tells it. */
import type {Millis} from './units.ts'

export interface AddedFault {
  readonly id: string
  /** The name in the document. */
  readonly name: string
  readonly kind: string
  /** In words: `100ms delay, 5% loss to 10.0.0.2:443`. */
  readonly summary: string
  readonly backend: string
  readonly at: Millis
  readonly until: Millis
  /** The track of the drill that it belongs to; absent: the timeline itself. */
  readonly track?: string
  /** Of a loop, a ramp or a trace: its number among all of them, from 1. */
  readonly part?: {readonly number: number; readonly of: number}
}

/** One line of the asked-against-measured table. */
export interface Proof {
  readonly what: string
  readonly asked: string
  readonly measured: string
  readonly verdict: 'verified' | 'out-of-tolerance' | 'no-traffic' | 'not-effective'
}

export type FaultEvent =
  | {
      readonly type: 'fault-applied'
      readonly fault: string
      /** How long the kernel or proxy took to take it. */
      readonly took: Millis
      /** When it will end by itself, on the run's clock. */
      readonly until: Millis
      readonly readback: string
    }
  | {readonly type: 'fault-measured'; readonly fault: string; readonly proofs: readonly Proof[]}
  | {
      readonly type: 'fault-removed'
      readonly fault: string
      readonly took: Millis
      readonly because: 'ended' | 'abort' | 'expired' | 'error'
      /** The kernel state equals the snapshot taken before. */
      readonly restored: boolean
    }
  | {readonly type: 'fault-failed'; readonly fault: string; readonly because: string}
