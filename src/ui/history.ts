/** What became of a target's samples over the whole run, in bounded space: the sparkline's source. */
import type {Millis} from '../core/units.ts'

/** The samples of one slice of time. */
export interface Bucket {
  /** Which slice: it covers `index * width` up to the next one. */
  readonly index: number
  readonly ok: number
  readonly failed: number
  readonly skipped: number
  readonly sum: Millis
  readonly max: Millis
}

/** Slices in ascending order; empty ones are left out. */
export interface History {
  readonly width: Millis
  readonly buckets: readonly Bucket[]
}

export type Mark =
  {readonly kind: 'ok'; readonly rtt: Millis} | {readonly kind: 'failed'} | {readonly kind: 'skipped'}

const FINEST: Millis = 100
/** More than the columns of any terminal; beyond, slices are joined in pairs. */
const MOST_BUCKETS = 480

export const EMPTY_HISTORY: History = {width: FINEST, buckets: []}

/** Adds a sample that was sent at `at`; samples may come out of order. */
export function foldHistory(history: History, at: Millis, mark: Mark): History {
  const index = Math.max(0, Math.floor(at / history.width))
  const place = lastAtOrBefore(history.buckets, index)
  const found = history.buckets[place]
  const hit = found?.index === index
  const bucket = addMark(hit ? found : emptyBucket(index), mark)
  const buckets = hit ? history.buckets.with(place, bucket) : history.buckets.toSpliced(place + 1, 0, bucket)
  return buckets.length > MOST_BUCKETS ? coarsen({...history, buckets}) : {...history, buckets}
}

/** Joins the slices that overlap `from` (included) to `to` (excluded) by their middle; null when there is none. */
export function joinBuckets(history: History, from: Millis, to: Millis): Bucket | null {
  let joined: Bucket | null = null
  const first = Math.ceil(from / history.width - 0.5)
  for (let place = firstAtOrAfter(history.buckets, first); place < history.buckets.length; place++) {
    const bucket = history.buckets[place]
    if (!bucket || (bucket.index + 0.5) * history.width >= to) break
    joined = joined ? addBucket(joined, bucket) : bucket
  }
  return joined
}

function emptyBucket(index: number): Bucket {
  return {index, ok: 0, failed: 0, skipped: 0, sum: 0, max: 0}
}

function addMark(bucket: Bucket, mark: Mark): Bucket {
  if (mark.kind === 'failed') return {...bucket, failed: bucket.failed + 1}
  if (mark.kind === 'skipped') return {...bucket, skipped: bucket.skipped + 1}
  return {...bucket, ok: bucket.ok + 1, sum: bucket.sum + mark.rtt, max: Math.max(bucket.max, mark.rtt)}
}

function addBucket(a: Bucket, b: Bucket): Bucket {
  return {
    index: a.index,
    ok: a.ok + b.ok,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    sum: a.sum + b.sum,
    max: Math.max(a.max, b.max),
  }
}

function coarsen(history: History): History {
  const buckets: Bucket[] = []
  for (const bucket of history.buckets) {
    const index = Math.floor(bucket.index / 2)
    const last = buckets.at(-1)
    if (last?.index === index) buckets[buckets.length - 1] = addBucket(last, bucket)
    else buckets.push({...bucket, index})
  }
  return {width: history.width * 2, buckets}
}

/** New samples are the rule, so the search starts at the end. */
function lastAtOrBefore(buckets: readonly Bucket[], index: number): number {
  let place = buckets.length - 1
  while (place >= 0 && (buckets[place]?.index ?? 0) > index) place--
  return place
}

function firstAtOrAfter(buckets: readonly Bucket[], index: number): number {
  let low = 0
  let high = buckets.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((buckets[middle]?.index ?? 0) < index) low = middle + 1
    else high = middle
  }
  return low
}
