/** Questions about what a link of a lab does to its packets. Pure. */
import type {ProfileLoss} from '../core/link-profile.ts'
import type {BitsPerSecond} from '../core/units.ts'
import type {LinkShape} from './lab.ts'

/** A token bucket can do it, which every kernel has; all else needs netem. */
export function isRateAlone({delay = 0, jitter = 0, duplicate = 0, loss}: LinkShape): boolean {
  return delay + jitter + duplicate === 0 && lossOf({loss}) === null
}

/** A bare share is lost at random. */
export function lossOf({loss = 0}: {readonly loss?: LinkShape['loss'] | undefined}): ProfileLoss | null {
  if (typeof loss !== 'number') return loss
  return loss === 0 ? null : {model: 'random', chance: loss, correlation: 0}
}

/** Of what one end sends: 0 or 1, in the order of the link. */
export function rateOf({rate, back}: LinkShape, sender: 0 | 1): BitsPerSecond | undefined {
  return sender === 0 || back === undefined ? rate : (back ?? undefined)
}
