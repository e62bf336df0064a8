/** What packets get that lie in the scopes of several faults at once: one leaf with all of their effects. Pure. */
import type {BitsPerSecond, Millis, Ratio} from '../core/units.ts'
import {netemLeaf} from './kinds/netem-leaf.ts'
import {spreadOf} from './netem-arithmetic.ts'
import type {Chance, LossModel, NetemSpec} from './kinds/netem-spec.ts'
import type {Leaf} from './situation.ts'

/** The figures behind a leaf: all that is needed to join it with another. */
export type Mix =
  | {
      readonly type: 'netem'
      /** Without its scope; its delay is one way, as the leaf has it. */
      readonly spec: NetemSpec
      readonly takesSeed: boolean
    }
  | {readonly type: 'rate'; readonly rate: BitsPerSecond}

export interface Mixed {
  readonly leaf: Leaf
  readonly mix: Mix
}

/** How effects join, for plans and documentation. */
export const JOIN_RULES =
  'merging: each fault has its own leaf in one tree, and goes alone; packets of two get a leaf with both: delays add, jitters add as variances, losses (and duplicates, damage) combine as 1 - (1 - a)(1 - b), and the lowest rate holds'

/** Rate limits alone: the lowest one's leaf. Otherwise netem does all of it. A text says why they can't be joined. */
export function joinLeaves(parts: readonly Mixed[]): Leaf | string {
  const emulators = parts.flatMap(({mix}) => (mix.type === 'netem' ? [mix] : []))
  if (emulators.length === 0) {
    const [slowest] = parts.toSorted((a, b) => rateOf(a) - rateOf(b))
    return slowest?.leaf ?? 'nothing to join'
  }
  const specs = parts.map(({mix}): NetemSpec =>
    mix.type === 'netem' ? mix.spec : {kind: 'netem', rate: mix.rate},
  )
  let [joined = {kind: 'netem'} as NetemSpec] = specs
  for (const spec of specs.slice(1)) {
    const next = joinSpecs(joined, spec)
    if (typeof next === 'string') return next
    joined = next
  }
  const takesSeed = emulators.some((one) => one.takesSeed)
  return netemLeaf({spec: joined, delay: joined.delay ?? 0, takesSeed})
}

function rateOf({mix}: Mixed): number {
  return (mix.type === 'rate' ? mix.rate : mix.spec.rate) ?? Number.POSITIVE_INFINITY
}

function joinSpecs(a: NetemSpec, b: NetemSpec): NetemSpec | string {
  const loss = joinLosses(a.loss, b.loss)
  if (typeof loss === 'string') return loss
  if (a.reorder && b.reorder) return 'both reorder, which netem can do once'
  if (a.slot && b.slot) return 'both send in bursts, which netem can do once'
  return {
    kind: 'netem',
    delay: (a.delay ?? 0) + (b.delay ?? 0),
    ...joinJitters(a, b),
    ...given('loss', loss),
    ...given('duplicate', joinChances(a.duplicate, b.duplicate)),
    ...given('corrupt', joinChances(a.corrupt, b.corrupt)),
    ...given('rate', least(a.rate, b.rate)),
    ...given('limit', joinLimits(a, b)),
    ...given('keep_order', [a, b].some((one) => one.keep_order === false) ? false : undefined),
    ...eitherOne(a, b),
  }
}

/** What at most one of them says, or what the first one's word is good enough for. */
function eitherOne(a: NetemSpec, b: NetemSpec): Partial<NetemSpec> {
  const keys = ['reorder', 'gap', 'slot', 'ecn', 'seed'] as const
  return Object.assign({}, ...keys.map((key) => given(key, a[key] ?? b[key]))) as Partial<NetemSpec>
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({[key]: value} as Record<Key, Value>)
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}

/** A queue that was given by hand is kept, where it is longer than the computed one of both. */
function joinLimits(a: NetemSpec, b: NetemSpec): number | undefined {
  if (a.limit === undefined || b.limit === undefined) return undefined
  return Math.max(a.limit, b.limit)
}

function joinChances(a: Chance | undefined, b: Chance | undefined): Chance | undefined {
  if (!a || !b) return a ?? b
  return {chance: either(a.chance, b.chance), correlation: Math.max(a.correlation, b.correlation)}
}

/** Lost by one, or by the other. */
function either(a: Ratio, b: Ratio): Ratio {
  return Number((1 - (1 - a) * (1 - b)).toFixed(9))
}

function joinLosses(a: LossModel | undefined, b: LossModel | undefined): LossModel | undefined | string {
  if (!a || !b) return a ?? b
  if (a.model !== 'random' || b.model !== 'random')
    return `the losses of two faults can be joined only where both are random, not ${a.model === 'random' ? b.model : a.model}`
  const chance = either(a.chance, b.chance)
  return {model: 'random', chance, correlation: Math.max(a.correlation, b.correlation)}
}

/** Independent waits add as variances. A uniform jitter deviates by jitter/√3, the other distributions by their jitter. */
function joinJitters(a: NetemSpec, b: NetemSpec): Partial<NetemSpec> {
  const [one, other] = [a, b].filter((spec) => (spec.jitter ?? 0) > 0)
  if (!one) return {}
  if (!other) return jitterOf(one)
  const deviation = Math.hypot(deviationOf(one), deviationOf(other))
  const distribution = isUniform(one) && isUniform(other) ? 'uniform' : joinDistributions(one, other)
  return {
    jitter: rounded(deviation / spreadOf(distribution)),
    correlation: Math.max(one.correlation ?? 0, other.correlation ?? 0),
    distribution,
  }
}

/**
 * The sum of two that differ is nearer to normal than either; a recorded one keeps its shape, since tc looks for tables in
 * one folder at a time: that of its own, or that of recorded ones.
 */
function joinDistributions(one: NetemSpec, other: NetemSpec): NetemSpec['distribution'] {
  if (one.distribution === other.distribution) return one.distribution
  const recorded = [one, other]
    .filter(({distribution}) => typeof distribution === 'object')
    .toSorted((a, b) => deviationOf(b) - deviationOf(a))
  return recorded[0]?.distribution ?? 'normal'
}

function jitterOf({jitter, correlation, distribution}: NetemSpec): Partial<NetemSpec> {
  return {jitter, correlation, distribution}
}

function isUniform({distribution}: NetemSpec): boolean {
  return distribution === undefined || distribution === 'uniform'
}

function deviationOf(spec: NetemSpec): Millis {
  return (spec.jitter ?? 0) * spreadOf(spec.distribution)
}

/** Whole microseconds, which is what tc takes. */
function rounded(ms: Millis): Millis {
  return Math.round(ms * 1000) / 1000
}
