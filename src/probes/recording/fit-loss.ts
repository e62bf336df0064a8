/** From a series of answers and losses to a model of the loss. Pure. */
import type {ProfileLoss} from '../../core/link-profile.ts'
import type {Ratio} from '../../core/units.ts'

/** One probe; null: nothing is known about it, so its neighbours are none of each other's. */
export type Fate = 'answered' | 'lost' | null

export interface LossFit {
  /** Of those whose fate is known. */
  readonly share: Ratio
  /** Mean number lost in a row; 0 where nothing was lost. */
  readonly burst: number
  /** Null: nothing was lost. */
  readonly model: ProfileLoss | null
}

/** Fewer losses that follow a loss may be chance, whatever their share. */
const LEAST_PAIRS = 3
/** So many standard deviations above what chance alone would put together. */
const SURE = 3

/**
 * Losses of which more follow each other than chance explains get a model of two states (Gilbert): nothing is lost in the one,
 * everything in the other, with the mean length of the bursts and the share as they were seen.
 */
export function fitLoss(fates: readonly Fate[]): LossFit {
  const known = fates.filter((fate) => fate !== null)
  const lost = known.filter((fate) => fate === 'lost').length
  if (lost === 0) return {share: 0, burst: 0, model: null}
  const share = lost / known.length
  const pairs = fates.filter((fate, index) => fate === 'lost' && fates[index - 1] === 'lost').length
  const burst = lost / (lost - pairs)
  const chance = lost * share
  const inBursts = pairs >= LEAST_PAIRS && pairs > chance + SURE * Math.sqrt(chance)
  if (!inBursts || share === 1) return {share, burst, model: {model: 'random', chance: share, correlation: 0}}
  const r = 1 / burst
  const p = Math.min(1, (share * r) / (1 - share))
  return {share, burst, model: {model: 'gemodel', p, r, badLoss: 1, goodLoss: 0}}
}
