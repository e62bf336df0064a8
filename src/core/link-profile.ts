/** A link in figures: what a round trip over it takes, loses and gets through. Built in, or recorded from probes. Pure. */
import type {LinkDistribution, LinkLoss} from './link-effects.ts'
import type {BitsPerSecond, Millis, Ratio} from './units.ts'

/** Of round trips, since that is what probes see. */
export interface LinkProfile {
  /** The mean. */
  readonly rtt: Millis
  /** The unit of the distribution; 0: always the same. */
  readonly jitter: Millis
  readonly distribution: LinkDistribution
  readonly loss: ProfileLoss | null
  /** Of the answers that came, so many came twice. */
  readonly duplicate: Ratio
  /** False where answers have overtaken each other. */
  readonly keepOrder: boolean
  /** From the user into the network; null: not limited. */
  readonly up: BitsPerSecond | null
  readonly down: BitsPerSecond | null
}

/** Bursts lose everything, and nothing is lost between them. */
export type ProfileLoss = Extract<LinkLoss, {model: 'random' | 'gemodel'}>

/** All that one fault has to do, when it acts on one direction only: what a `netem` fault calls its keys. */
interface ProfileFault {
  readonly rtt?: Millis
  readonly jitter?: Millis
  readonly distribution?: LinkDistribution
  readonly loss?: ProfileLoss
  readonly duplicate?: {readonly chance: Ratio; readonly correlation: Ratio}
  readonly keep_order?: boolean
  readonly rate?: BitsPerSecond
}

/** The whole round trip is put on what leaves, and so is exactly as recorded; the rate is that of the uplink. */
export function profileFault(profile: LinkProfile): ProfileFault {
  const {rtt, jitter, distribution, loss, duplicate, keepOrder, up} = profile
  return {
    ...(rtt > 0 && {rtt}),
    ...(jitter > 0 && {jitter, ...(distribution !== 'uniform' && {distribution})}),
    ...(loss && {loss}),
    ...(duplicate > 0 && {duplicate: {chance: duplicate, correlation: 0}}),
    ...(!keepOrder && {keep_order: false}),
    ...(up !== null && {rate: up}),
  }
}

/** What each direction of a link does. */
interface ProfileWay {
  readonly delay: Millis
  readonly jitter: Millis
  readonly distribution: LinkDistribution
  readonly loss: ProfileLoss | null
  readonly duplicate: Ratio
  readonly keepOrder: boolean
}

/**
 * Both directions are taken to be alike, which a round trip doesn't tell: each gets half of the mean, and of the variance, so
 * that two of them have the mean and the deviation of a round trip; and each loses what makes the two lose as much as it did.
 */
export function profileWay(profile: LinkProfile): ProfileWay {
  const {rtt, jitter, distribution, loss, duplicate, keepOrder} = profile
  return {
    delay: microseconds(rtt / 2),
    jitter: microseconds(jitter / Math.SQRT2),
    distribution,
    loss: loss && halveLoss(loss),
    duplicate: halveChance(duplicate),
    keepOrder,
  }
}

function halveLoss(loss: ProfileLoss): ProfileLoss {
  if (loss.model === 'random') return {...loss, chance: halveChance(loss.chance)}
  const {p, r, badLoss} = loss
  const lost = halveChance((p / (p + r)) * badLoss) / badLoss
  // Bursts stay as long as they were; there are fewer of them.
  return {...loss, p: Math.min(1, (r * lost) / (1 - lost))}
}

/** Of two chances in a row that are alike, when both together are this one. */
function halveChance(chance: Ratio): Ratio {
  return 1 - Math.sqrt(1 - chance)
}

function microseconds(ms: Millis): Millis {
  return Math.round(ms * 1000) / 1000
}
