/**
 * What a fault makes a link of a lab do to the packets that pass, where netdrill itself carries them from one end to the
 * other. Travels to agents as JSON.
 */
import type {Family} from './outcome.ts'
import type {BitsPerSecond, Bytes, Millis, Ratio} from './units.ts'

/** A share of the packets; `correlation` is the chance that a packet shares the fate of the one before. */
export interface LinkChance {
  readonly chance: Ratio
  readonly correlation: Ratio
}

export type LinkLoss =
  | ({readonly model: 'random'} & LinkChance)
  /** Four states: 1 receives, 3 loses in a burst, 2 receives within a burst, 4 loses one alone. */
  | {
      readonly model: 'state'
      readonly p13: Ratio
      readonly p31: Ratio
      readonly p32: Ratio
      readonly p23: Ratio
      readonly p14: Ratio
    }
  /** Gilbert and Elliott: p leads to the bad state, r out of it. */
  | {
      readonly model: 'gemodel'
      readonly p: Ratio
      readonly r: Ratio
      readonly badLoss: Ratio
      readonly goodLoss: Ratio
    }

export const NAMED_DISTRIBUTIONS = ['uniform', 'normal', 'pareto', 'paretonormal'] as const
/** By name, or as a table of netem's (`delay-table.ts`). */
export type LinkDistribution = (typeof NAMED_DISTRIBUTIONS)[number] | readonly number[]

/** Always the whole set. */
export interface LinkEffect {
  /** One way. */
  readonly delay: Millis
  readonly jitter: Millis
  /** The chance that a packet gets the delay of the one before. */
  readonly correlation: Ratio
  /** Uniform: at most `jitter` off; the others deviate by `jitter` (one sigma). */
  readonly distribution: LinkDistribution
  /** No packet overtakes another in spite of the jitter. */
  readonly keepOrder: boolean
  /** Packets that wait at the same time; more are lost. */
  readonly limit: number
  readonly loss?: LinkLoss | undefined
  readonly duplicate?: LinkChance | undefined
  readonly corrupt?: LinkChance | undefined
  /** This share leaves at once while the others are delayed; of every `gap`-th packet only. */
  readonly reorder?: (LinkChance & {readonly gap: number}) | undefined
  readonly rate?: BitsPerSecond | undefined
  /** Packets leave together, this far apart, and no more than so many at once. */
  readonly slot?:
    | {
        readonly min: Millis
        readonly max: Millis
        readonly packets?: number | undefined
        readonly bytes?: Bytes | undefined
      }
    | undefined
}

/** All given parts must match (AND). */
export interface LinkMatch {
  /** Addresses or networks; empty: every one. */
  readonly to: readonly string[]
  readonly from: readonly string[]
  readonly port: number | null
  readonly protocol: 'tcp' | 'udp' | 'icmp' | null
  readonly family: Family | null
}

/** One fault in force on a link. */
export interface LinkOrder {
  /** Unique among the faults of the link. */
  readonly fault: string
  /** The states of one fault that changes: packets meet the latest only. */
  readonly series: string
  /** The link ends it by itself after so long, should nobody else. Null: a property of the link. */
  readonly lasts: Millis | null
  /** Which end sends what is hit: 0 or 1, in the order of the link. */
  readonly sender: 0 | 1
  /** Of what arrives: the match's `to` is where it comes from. */
  readonly arriving: boolean
  readonly match: LinkMatch
  readonly effect: LinkEffect
  /** Null: the run's. */
  readonly seed: number | null
}

export interface LinkFaultCount {
  /** Packets in the scope. */
  readonly matched: number
  /** Those that were delayed, lost, doubled, damaged or held back. */
  readonly affected: number
  readonly lost: number
  /** Lost because too many waited. */
  readonly overflowed: number
}

export interface LinkState {
  readonly link: string
  readonly packets: number
  readonly bytes: Bytes
  /** Those in force, as they were ordered. */
  readonly orders: readonly LinkOrder[]
  /** By fault; those that have ended keep their last count. */
  readonly faults: Readonly<Record<string, LinkFaultCount>>
}

/** Sets what a link of the lab does to what leaves one of its ends, and reads its state. */
export interface LinkControl {
  readonly name: string
  /** The end of the node that the fault is bound to. */
  readonly sender: 0 | 1
  /** Puts it in force beside those that are; the same name again replaces it. */
  set(order: LinkOrder): Promise<void>
  clear(fault: string): Promise<void>
  state(): Promise<LinkState>
}
