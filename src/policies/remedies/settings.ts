/** What a policy does about a failure, or about slowness, besides climbing its ladder; plain data, absent means off. */
import type {Millis, Ratio} from '../../core/units.ts'

/** A program that fetches new credentials; run once for everybody who needs them. */
export interface RefreshSettings {
  /** Program and arguments; no shell. */
  readonly command: readonly string[]
  readonly timeout: Millis
}

/** A second attempt beside one that is slow; the first success counts and the other one is cancelled. */
export interface HedgeSettings {
  /** So long after the first; `p95`: when it is slower than 95 % of those before it. */
  readonly after: Millis | 'p95'
  /** Second attempts per first attempt at most. */
  readonly share: Ratio
}

/** Timeout and waits follow what is measured. */
export interface AdaptiveSettings {
  /** So many attempts are looked back at. */
  readonly window: number
  /** Waits become so many times longer at most. */
  readonly maxFactor: number
  /** The timeout of an attempt never goes below this. */
  readonly minTimeout: Millis
}

export interface RemedySettings {
  /** Literal addresses, with a port where it isn't 53; asked in this order when the system's resolver fails. */
  readonly resolvers: readonly string[]
  readonly refresh: RefreshSettings | null
  readonly hedge: HedgeSettings | null
  readonly adaptive: AdaptiveSettings | null
}

export const NO_REMEDIES: RemedySettings = {resolvers: [], refresh: null, hedge: null, adaptive: null}
