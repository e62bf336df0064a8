/** What happens to the stream that is carried over the paths of a group. */
import type {Failure} from './failure.ts'
import type {UpgradeStage} from './stream-spec.ts'
import type {Millis} from './units.ts'

/**
 * `failed` ends the attempt; after `warned` it goes on, since another direction is open or nothing depends on it. `skipped`: there was
 * nothing to do.
 */
export const STAGE_RESULTS = ['ok', 'failed', 'warned', 'skipped'] as const
export type StageResult = (typeof STAGE_RESULTS)[number]

/** `outbound`: we connect to the other end; `inbound`: it connects to us. */
export const DIRECTIONS = ['outbound', 'inbound'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** All counted since the stream began. */
export interface StreamCounts {
  readonly sent: number
  /** Those that the other end has sent back, each once. */
  readonly confirmed: number
  /** Given up: neither confirmed nor kept any more. */
  readonly lost: number
  /** Confirmed again. */
  readonly duplicates: number
  /** Confirmed after one that was sent later (RFC 4737, section 3). */
  readonly reordered: number
  /** Sent again over another connection. */
  readonly resent: number
  /** Not confirmed yet, and kept. */
  readonly pending: number
}

export type StreamEvent =
  /** The way back to a preferred path begins; the stream goes on over the other one meanwhile. */
  | {
      readonly type: 'upgrade-begun'
      readonly group: string
      /** Counts the attempts of this group. */
      readonly attempt: number
      readonly from: string
      readonly to: string
      readonly because: string
    }
  | {
      readonly type: 'upgrade-stage'
      readonly group: string
      readonly attempt: number
      readonly stage: UpgradeStage
      /** The number of the stage, of all there are. */
      readonly step: number
      readonly of: number
      /** Null where there is only one way. */
      readonly direction: Direction | null
      readonly result: StageResult
      /** Where we listen, or the other end of the connection; null where there is none. */
      readonly address: string | null
      readonly took: Millis
      readonly failure: Failure | null
      readonly because: string
    }
  | {
      readonly type: 'upgrade-ended'
      readonly group: string
      readonly attempt: number
      readonly ok: boolean
      /** Why it failed; null when it didn't. */
      readonly failure: Failure | null
      /** How long until the next attempt; null when there is none. */
      readonly retryIn: Millis | null
      readonly because: string
    }
  /** The stream is sent over another path from now on. */
  | {
      readonly type: 'stream-moved'
      readonly group: string
      readonly from: string | null
      readonly to: string
      /** The way back, in stages; otherwise as fast as possible. */
      readonly staged: boolean
      /** From the decision to the first message over the new path, the connecting included. */
      readonly took: Millis
      /** Of it, connecting and handshake; 0 when the connection was there already. */
      readonly connect: Millis
      /** Messages that were sent again. */
      readonly resent: number
      readonly address: string
    }
  /** The path that the group is on does not carry the stream, whatever the checks of its target say. Told once until it does. */
  | {
      readonly type: 'stream-failed'
      readonly group: string
      readonly path: string
      readonly failure: Failure
    }
  /** Once a second, and after each move. */
  | {
      readonly type: 'stream-counted'
      readonly group: string
      /** The path that is used; null while there is no connection. */
      readonly path: string | null
      readonly address: string | null
      /** From sending a message to its confirmation, the last one; null before the first. */
      readonly latency: Millis | null
      readonly counts: StreamCounts
    }
