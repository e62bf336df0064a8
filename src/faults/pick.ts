/** So many of a fault's destinations, chosen by the seed. Pure. */
import {UserError} from '../core/errors.ts'
import type {Random} from '../core/ports.ts'

/** The same ones for the same seed, in the order in which they were given. Throws USAGE_INVALID when there are fewer. */
export function pickDestinations(
  targets: readonly string[],
  count: number,
  random: Random,
): readonly string[] {
  if (count > targets.length) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `pick ${count} of ${targets.length} destinations: there are not so many`,
      advice: ['give as many as it takes, separated by commas (with --to: one each)'],
    })
  }
  const stream = random.fork('targets')
  const drawn = targets
    .map((target, index) => ({target, index, draw: stream.next()}))
    .toSorted((a, b) => a.draw - b.draw)
    .slice(0, count)
  return drawn.toSorted((a, b) => a.index - b.index).map(({target}) => target)
}
