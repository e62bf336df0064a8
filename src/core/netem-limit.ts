/** How long the queue of a netem qdisc has to be; faults and the links of labs ask the same. Pure. */
import type {BitsPerSecond, Bytes, Millis} from './units.ts'

/** A queue must hold what is in flight even when it consists of packets as small as a bare TCP acknowledgement. */
const SMALLEST_PACKET: Bytes = 66
/** Room for bursts and for a rate that is met only on average. */
const HEADROOM = 1.5
/** A normal distribution reaches beyond three times its jitter in one packet of a thousand. */
const JITTER_REACH = 3
/** Where no rate is asked, the line is taken to carry this much; veth and modern cards rarely carry more of small packets. */
const LINE_RATE: BitsPerSecond = 1e9
/** netem's own default; less is never useful without a rate. */
const LEAST_LIMIT = 1000
/** With a rate, so much queue is left for a sender that has to find the rate. */
const QUEUE: Millis = 100

export interface LimitRequest {
  readonly delay: Millis
  readonly jitter: Millis
  /** Null: not limited by the fault. */
  readonly rate: BitsPerSecond | null
}

/**
 * netem drops what its queue can't hold, and its default of 1000 packets loses most of a fast flow. In packets:
 * 1.5 × rate × (delay + 3 × jitter [+ 100 ms of queue under a rate]) / 66 bytes, and never below 1000.
 */
export function computeLimit({delay, jitter, rate}: LimitRequest): number {
  const held = delay + JITTER_REACH * jitter + (rate === null ? 0 : QUEUE)
  const bytes = ((rate ?? LINE_RATE) / 8) * (held / 1000)
  return Math.max(LEAST_LIMIT, Math.ceil((HEADROOM * bytes) / SMALLEST_PACKET))
}

/** How the limit came about, for the plan. */
export function explainLimit(request: LimitRequest, limit: number): string {
  const rate = request.rate === null ? 'an assumed 1gbit line' : 'the rate'
  return `queue of ${limit} packets: 1.5 × ${rate} × (delay + 3 × jitter${request.rate === null ? '' : ' + 100ms'}) in packets of ${SMALLEST_PACKET} bytes, at least ${LEAST_LIMIT}`
}
