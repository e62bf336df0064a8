/** What a sample of ping found out. */
import type {MtuSearchFacts, PingFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome, SkipReason} from '../../core/outcome.ts'
import type {EchoSocket, ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {EchoLoss, EchoReply, MtuFound} from './search-mtu.ts'

/** What became of one address. */
export type Tried =
  | {
      readonly status: 'reply'
      readonly reply: EchoReply
      readonly clock: EchoSocket['clock']
      readonly search?: MtuFound
    }
  | {
      readonly status: 'failed'
      readonly failure: Failure
      readonly took: Millis
      readonly seen?: EchoLoss
      /** The path answers, but something is wrong with it. */
      readonly answered?: Extract<Tried, {status: 'reply'}>
    }
  | {readonly status: 'skipped'; readonly because: SkipReason}

export function addressOutcome(
  target: ResolvedAddress,
  tried: Exclude<Tried, {status: 'skipped'}>,
): AddressOutcome {
  if (tried.status === 'reply') return {...target, status: 'ok', took: tried.reply.rtt}
  const {failure, took} = tried
  return {...target, status: failure.code === 'CANCELLED' ? 'cancelled' : 'failed', took, failure}
}

export function replyFacts(
  {reply, clock, search}: Extract<Tried, {status: 'reply'}>,
  sequence: number,
): PingFacts {
  const {ttl, bytes} = reply
  const found = search ? {mtu: search.mtu, search: searchFacts(search)} : {}
  return {ttl, bytes, sequence, duplicate: false, clock, ...found}
}

function searchFacts({link, over, from, silent, complete, packets}: MtuFound): MtuSearchFacts {
  return {link, over, named_by: from, silent, complete, packets}
}

/** Null when all that is known is that no reply came. */
export function lossFacts(seen: EchoLoss, sequence: number): PingFacts | null {
  if (seen.status !== 'failed') return null
  const {mtu, error} = seen
  if (mtu === undefined && !error.icmp) return null
  const {type, code, from} = error.icmp ?? {from: null}
  return {
    ttl: null,
    bytes: 0,
    sequence,
    duplicate: false,
    ...(mtu === undefined ? {} : {mtu}),
    ...(from === null ? {} : {from}),
    ...(type === undefined || code === undefined ? {} : {icmp: {type, code}}),
  }
}
