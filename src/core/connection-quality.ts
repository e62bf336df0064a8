/** One figure for how well a path works, for people and programs that want only one. */
import type {Millis, Ratio} from './units.ts'

export interface QualityInput {
  readonly loss: Ratio
  /** Median round trip; null when nothing was answered. */
  readonly rtt: Millis | null
  /** Mean difference between successive round trips. */
  readonly jitter: Millis
}

/** At this time until nearly all answers are there a path without loss has half of the quality. */
const HALF: Millis = 1000
/** As in TCP's retransmission timer (RFC 6298): within the round trip and four deviations nearly all answers come. */
const DEVIATIONS = 4

/**
 * Between 0 (nothing gets through) and 1 (at once and without loss): (1 − loss) / (1 + (rtt + 4 · jitter) / 1 s). Each answer
 * that is lost costs its share; waiting costs half at one second, where mwan3 calls a link bad.
 */
export function connectionQuality({loss, rtt, jitter}: QualityInput): Ratio {
  if (rtt === null || loss >= 1) return 0
  return (1 - loss) / (1 + (rtt + DEVIATIONS * jitter) / HALF)
}
