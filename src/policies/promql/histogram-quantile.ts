/** A quantile from cumulative buckets, by the rules of Prometheus (promql/quantile.go): linear inside a bucket. */
import {type Element, type Labels, NAME, keyOf, omitLabels} from './values.ts'

interface Bucket {
  readonly upper: number
  readonly count: number
}

/** Elements without a bound in `le` are passed over. */
export function histogramQuantile(quantile: number, elements: readonly Element[]): readonly Element[] {
  const histograms = new Map<string, {readonly labels: Labels; readonly buckets: Bucket[]}>()
  for (const {labels, value} of elements) {
    const upper = boundOf(labels['le'])
    if (upper === null) continue
    const rest = omitLabels(labels, [NAME, 'le'])
    const key = keyOf(rest)
    const known = histograms.get(key) ?? {labels: rest, buckets: []}
    known.buckets.push({upper, count: value})
    histograms.set(key, known)
  }
  return [...histograms.values()].map(({labels, buckets}) => ({labels, value: quantileOf(quantile, buckets)}))
}

function boundOf(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  const bound = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text)
  return Number.isNaN(bound) ? null : bound
}

function quantileOf(quantile: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(quantile)) return Number.NaN
  if (quantile < 0) return Number.NEGATIVE_INFINITY
  if (quantile > 1) return Number.POSITIVE_INFINITY
  const buckets = growing(merged(unsorted.toSorted((a, b) => a.upper - b.upper)))
  const all = buckets.at(-1)
  if (!all || all.upper !== Number.POSITIVE_INFINITY || buckets.length < 2 || all.count === 0)
    return Number.NaN
  return inside(buckets, quantile * all.count)
}

function inside(buckets: readonly Bucket[], rank: number): number {
  const last = buckets.length - 1
  const index = buckets.findIndex(({count}, at) => count >= rank || at === last)
  const [below, bucket] = [buckets[index - 1], buckets[index]]
  // Beyond the last bound nothing is known but that bound.
  if (!bucket || index === last) return below?.upper ?? Number.NaN
  if (!below && bucket.upper <= 0) return bucket.upper
  const {upper, count} = below ?? {upper: 0, count: 0}
  return upper + ((bucket.upper - upper) * (rank - count)) / (bucket.count - count)
}

/** Buckets with the same bound count together. */
function merged(buckets: readonly Bucket[]): readonly Bucket[] {
  const byBound = new Map<number, number>()
  for (const {upper, count} of buckets) byBound.set(upper, (byBound.get(upper) ?? 0) + count)
  return [...byBound].map(([upper, count]) => ({upper, count}))
}

/** Rates of buckets that were read at slightly different times may shrink: a bucket holds what is in those below. */
function growing(buckets: readonly Bucket[]): readonly Bucket[] {
  let most = 0
  return buckets.map(({upper, count}) => {
    most = Math.max(most, count)
    return {upper, count: most}
  })
}
