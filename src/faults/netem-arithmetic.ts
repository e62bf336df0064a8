/** The figures behind a netem fault: expected loss, expected delay. Pure. */
import {tableSpread} from '../core/delay-table.ts'
import type {LinkDistribution} from '../core/link-effects.ts'
import type {Millis, Ratio} from '../core/units.ts'
import type {LossModel, NetemSpec} from './kinds/netem-spec.ts'

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

/** The standard deviation of a distribution, in units of the jitter. */
export function spreadOf(distribution: LinkDistribution | undefined = 'uniform'): number {
  if (typeof distribution !== 'string') return tableSpread(distribution)
  return distribution === 'uniform' ? 1 / Math.sqrt(3) : 1
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
  const deviation = jitter * spreadOf(spec.distribution)
  const atOnce = spec.reorder === undefined ? 0 : spec.reorder.chance / (spec.gap ?? 1)
  const variance = (1 - atOnce) * deviation ** 2 + atOnce * (1 - atOnce) * delay ** 2
  return {mean: crossings * (1 - atOnce) * delay, spread: Math.sqrt(crossings * variance)}
}
