/** The figures behind a netem fault: queue length, expected loss, expected delay. Pure. */
import type {BitsPerSecond, Bytes, Millis, Ratio} from '../core/units.ts'
import type {LossModel, NetemSpec} from './kinds/netem-spec.ts'

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

/** The share lost in the long run, by the stationary distribution of the model. */
export function expectedLoss(loss: LossModel): Ratio {
  switch (loss.model) {
    case 'random':
      return loss.chance
    case 'gemodel': {
      const bad = loss.p + loss.r === 0 ? 0 : loss.p / (loss.p + loss.r)
      return bad * loss.badLoss + (1 - bad) * loss.goodLoss
    }
    case 'state': {
      // Weights relative to state 1 (good): 3 loses in a burst, 2 receives within one, 4 loses one alone.
      if (loss.p13 === 0) return loss.p14 / (1 + loss.p14)
      // A state that is entered and never left keeps everything: 2 receives, 3 loses.
      if (loss.p32 > 0 && loss.p23 === 0) return 0
      if (loss.p31 === 0) return loss.p32 === 0 ? 1 : loss.p23 / (loss.p23 + loss.p32)
      const burst = loss.p13 / loss.p31
      const within = loss.p32 === 0 ? 0 : (loss.p32 * burst) / loss.p23
      const alone = loss.p14
      return (burst + alone) / (1 + burst + within + alone)
    }
  }
}

/** The mean number of packets lost in a row; null where the model has no bursts of its own. */
export function expectedBurst(loss: LossModel): number | null {
  switch (loss.model) {
    case 'random':
      return null
    case 'gemodel':
      return loss.r === 0 ? null : 1 / loss.r
    case 'state':
      return loss.p31 + loss.p32 === 0 ? null : 1 / (loss.p31 + loss.p32)
  }
}

/** The chance that at least one of `crossings` passages hits. */
export function combineChances(chance: Ratio, crossings: number): Ratio {
  return 1 - (1 - chance) ** crossings
}

/** One way delay: `delay` as asked, or `rtt` divided by the passages a round trip makes. */
export function oneWayDelay(spec: NetemSpec, crossings: number): Millis {
  return spec.delay ?? (spec.rtt === undefined ? 0 : spec.rtt / crossings)
}

/**
 * What a round trip gets on average, and its standard deviation. Uniform jitter deviates by jitter/√3, the other
 * distributions by their jitter; the share that reordering lets go at once has no delay at all.
 */
export function expectedDelay(
  spec: NetemSpec,
  delay: Millis,
  crossings: number,
): {readonly mean: Millis; readonly spread: Millis} {
  const jitter = spec.jitter ?? 0
  const deviation = (spec.distribution ?? 'uniform') === 'uniform' ? jitter / Math.sqrt(3) : jitter
  const atOnce = spec.reorder === undefined ? 0 : spec.reorder.chance / (spec.gap ?? 1)
  const variance = (1 - atOnce) * deviation ** 2 + atOnce * (1 - atOnce) * delay ** 2
  return {mean: crossings * (1 - atOnce) * delay, spread: Math.sqrt(crossings * variance)}
}
