/** Whether a subflow has gone silent. Pure. */
import type {SubflowFacts} from '../../core/facts.ts'
import {type Millis, formatDuration} from '../../core/units.ts'

/**
 * Each doubling of the retransmission timer is one more round without an acknowledgement: two are more than a lost packet, and
 * come after 600 ms at the least timer of Linux (200 ms).
 */
const MOST_BACKOFF = 1
/** What is acknowledged at all is so after a round trip, or two with delayed acknowledgements and queues. */
const ROUND_TRIPS = 4
/** Below the least retransmission timer nothing has been tried twice. */
const LEAST: Millis = 400

/**
 * Null while it works, or says nothing: an idle subflow owes no answer. What our own filter drops is never counted as sent; then
 * only the timer runs.
 */
export function whyStalled({backoff, unacked, ackedAgo, sentAgo, rtt}: SubflowFacts): string | null {
  if (unacked === 0 && backoff === 0) return null
  if (backoff > MOST_BACKOFF) return `${backoff} retransmissions in a row got no answer`
  const patience = Math.max(LEAST, ROUND_TRIPS * rtt)
  if (ackedAgo <= patience || ackedAgo < sentAgo) return null
  return `nothing was acknowledged for ${formatDuration(ackedAgo)}, at a round trip of ${formatDuration(rtt)}`
}

/** What had stalled works again: something came through. That nothing is under way any more proves nothing. */
export function hasRecovered(now: SubflowFacts, atLoss: SubflowFacts): boolean {
  return now.acked > atLoss.acked || now.received > atLoss.received
}
