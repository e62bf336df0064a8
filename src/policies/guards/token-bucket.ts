/** Tokens that time gives and attempts take. Never negative, never above its size. */
import type {Millis} from '../../core/units.ts'

export interface BucketSize {
  /** Tokens that each second gives; 0 for none. */
  readonly perSecond: number
  readonly burst: number
}

export interface Bucket {
  readonly tokens: number
  readonly at: Millis
}

/** Sums of thirds and tenths miss a whole token by less than this. */
const ROUNDING = 1e-9

/** A full one. */
export function startBucket(size: BucketSize, now: Millis): Bucket {
  return {tokens: size.burst, at: now}
}

/** The bucket as it is at `now`. A clock that stands still or goes back gives nothing. */
export function refill(bucket: Bucket, size: BucketSize, now: Millis): Bucket {
  const gained = (Math.max(0, now - bucket.at) / 1000) * size.perSecond
  return {tokens: Math.min(size.burst, bucket.tokens + gained), at: Math.max(now, bucket.at)}
}

/** Puts a part of a token in; what is too much is lost. */
export function deposit(bucket: Bucket, size: BucketSize, tokens: number): Bucket {
  return {...bucket, tokens: Math.min(size.burst, bucket.tokens + tokens)}
}

/** The bucket without one token; null when there is none. */
export function takeToken(bucket: Bucket): Bucket | null {
  return bucket.tokens >= 1 - ROUNDING ? {...bucket, tokens: Math.max(0, bucket.tokens - 1)} : null
}

/** When there will be `tokens` in it, in whole milliseconds; infinite when time gives none. */
export function readyAt(bucket: Bucket, size: BucketSize, tokens = 1): Millis {
  const lacking = tokens - bucket.tokens
  if (lacking <= ROUNDING) return bucket.at
  if (size.perSecond <= 0) return Number.POSITIVE_INFINITY
  return Math.ceil(bucket.at + (lacking / size.perSecond) * 1000)
}
