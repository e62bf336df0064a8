/** Attempts to one host stand in line for the tokens of its rate, by priority, and nobody waits for ever. */
import type {Millis} from '../../core/units.ts'
import {PRIORITIES, type PeerRateSettings} from './settings.ts'
import {type Bucket, readyAt, refill, startBucket, takeToken} from './token-bucket.ts'

interface Ticket {
  readonly id: string
  readonly settings: PeerRateSettings
  readonly since: Millis
  /** Told to come again then. Whoever doesn't come is out of the line `LATE` later. */
  readonly callAt: Millis
}

/** Plain data. Targets with different rates share a line: each asks with its own rate. */
export interface PeerQueue {
  readonly bucket: Bucket
  readonly line: readonly Ticket[]
}

export type PeerAnswer =
  | {readonly type: 'go'; readonly queue: PeerQueue}
  | {readonly type: 'wait'; readonly queue: PeerQueue; readonly until: Millis; readonly ahead: number}
  /** The line is full. */
  | {readonly type: 'shed'; readonly queue: PeerQueue}

/** More can't be waiting for one host in good faith; memory stays bounded. */
const LONGEST_LINE = 10_000
const LATE: Millis = 1000

export function startQueue(settings: PeerRateSettings, now: Millis): PeerQueue {
  return {bucket: startBucket(settings, now), line: []}
}

/** `id` asks to begin an attempt at `now`; the place in line stays with the id until it goes or leaves. */
export function askPeer(
  {bucket: before, line}: PeerQueue,
  {id, settings}: {readonly id: string; readonly settings: PeerRateSettings},
  now: Millis,
): PeerAnswer {
  const bucket = refill(before, settings, now)
  const others = line.filter((ticket) => ticket.id !== id && ticket.callAt + LATE > now)
  const since = line.find((ticket) => ticket.id === id)?.since ?? now
  const own: Ticket = {id, settings, since, callAt: now}
  const ahead = others.filter((other) => isAhead(other, own, now)).length
  const left = ahead === 0 ? takeToken(bucket) : null
  if (left) return {type: 'go', queue: {bucket: left, line: others}}
  if (others.length >= LONGEST_LINE) return {type: 'shed', queue: {bucket, line: others}}
  const until = Math.max(now + 1, Math.min(readyAt(bucket, settings, ahead + 1), movesUpAt(own, now)))
  return {type: 'wait', queue: {bucket, line: [...others, {...own, callAt: until}]}, until, ahead}
}

/** `id` wants no attempt any more. */
export function leavePeer(queue: PeerQueue, id: string): PeerQueue {
  return {...queue, line: queue.line.filter((ticket) => ticket.id !== id)}
}

/** By class, each full `ageing` one class up; then first come, first served. */
function isAhead(other: Ticket, own: Ticket, now: Millis): boolean {
  const [a, b] = [rankOf(other, now), rankOf(own, now)]
  return a === b ? other.since < own.since || (other.since === own.since && other.id < own.id) : a < b
}

/** Who moves up has to ask again: the others ahead are fewer then. */
function movesUpAt({settings, since}: Ticket, now: Millis): Millis {
  const ages = Math.floor((now - since) / settings.ageing)
  return ages >= PRIORITIES.length - 1 ? Number.POSITIVE_INFINITY : since + (ages + 1) * settings.ageing
}

function rankOf({settings, since}: Ticket, now: Millis): number {
  return Math.max(0, PRIORITIES.indexOf(settings.priority) - Math.floor((now - since) / settings.ageing))
}
