/** Random fates of packets that may depend on the fate before, and the shapes of delays. */
import {entryOf} from '../../core/delay-table.ts'
import type {LinkDistribution} from '../../core/link-effects.ts'
import type {Random} from '../../core/ports.ts'
import type {Ratio} from '../../core/units.ts'

/** A stream of draws in [0, 1). */
export type Draw = () => number

/**
 * Draws that repeat the one before with the chance `correlation`: the share of hits stays as asked whatever the
 * correlation is, and the autocorrelation of neighbours is exactly it.
 */
export function correlatedDraw(random: Pick<Random, 'next'>, correlation: Ratio): Draw {
  let last = random.next()
  return () => {
    if (correlation === 0 || random.next() >= correlation) last = random.next()
    return last
  }
}

/**
 * The deviation from the mean that belongs to a draw, in units of the jitter. The mean is 0. Uniform reaches from -1 to 1,
 * the others have a standard deviation of 1; Pareto's has the shape 3, and Pareto-normal is three parts of that and one
 * part of normal. A table deviates as its entries do.
 */
export function deviationOf(distribution: LinkDistribution, draw: number): number {
  if (typeof distribution !== 'string') return entryOf(distribution, draw)
  switch (distribution) {
    case 'uniform':
      return 2 * draw - 1
    case 'normal':
      return normalQuantile(draw)
    case 'pareto':
      return paretoQuantile(draw)
    case 'paretonormal':
      return (3 * paretoQuantile(draw) + normalQuantile(draw)) / PARETO_NORMAL_SPREAD
  }
}

/** Both parts grow with the same draw: √(9 + 1 + 6 × their covariance), which is 0.7567 (integrated numerically). */
const PARETO_NORMAL_SPREAD = 3.8132

/** Cut at the 99.9th percentile, so that no packet waits for minutes; mean and deviation are those of what is left. */
const PARETO = {most: 10, mean: 1.495, spread: Math.sqrt(2.8 - 1.495 ** 2)} as const

function paretoQuantile(draw: number): number {
  return (Math.min(PARETO.most, (1 - draw) ** (-1 / 3)) - PARETO.mean) / PARETO.spread
}

/** The normal distribution's quantile by the rational approximation 26.2.23 of Abramowitz and Stegun: off by less than 4.5e-4. */
function normalQuantile(draw: number): number {
  const tail = Math.max(Math.min(draw, 1 - draw), 1e-12)
  const t = Math.sqrt(-2 * Math.log(tail))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  const distance = t - above / below
  return draw < 0.5 ? -distance : distance
}
