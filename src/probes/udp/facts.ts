/** What one datagram told, as facts and as a reading. Pure. */
import type {UdpFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome, Phases, Reading} from '../../core/outcome.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Answered, Peer} from './exchange.ts'
import type {TriedAddress} from './first-usable.ts'
import {showBytes} from './payload.ts'
import type {UdpPreset} from './presets.ts'

/** What became of one address. */
export interface Tried extends TriedAddress {
  readonly facts: UdpFacts | null
}

interface Circumstances {
  readonly peer: Peer
  readonly failure: Failure | null
  readonly preset: UdpPreset | null
  readonly sent: number
  readonly local: {readonly address: string; readonly port: number}
  /** Replies are told apart by a token. */
  readonly counts: boolean
}

export function factsOf(
  answered: Answered<Uint8Array>,
  {peer, failure, preset, sent, local, counts}: Circumstances,
): UdpFacts {
  const {foreign, from, ignored} = answered.bystanders
  const data = answered.status === 'answer' ? answered.data : null
  return {
    state: data ? 'open' : stateOf(failure),
    local: joinHostPort(local.address, local.port),
    remote: joinHostPort(peer.address, peer.port),
    sent,
    preset,
    reply: data && showBytes(data),
    size: data?.length ?? null,
    foreign,
    foreign_from: from && joinHostPort(from.address, from.port),
    ...(counts ? {unmatched: ignored} : {}),
  }
}

function stateOf(failure: Failure | null): UdpFacts['state'] {
  if (failure?.code === 'UDP_CLOSED') return 'closed'
  if (failure?.code === 'NET_ADMIN_PROHIBITED') return 'filtered'
  return failure?.code === 'UDP_NO_REPLY' ? 'open|filtered' : null
}

export function readingOf(
  {address, family, port}: Peer,
  {wait, facts}: Tried,
  {
    resolve,
    addresses,
  }: {readonly resolve: Pick<Phases, 'resolve'>; readonly addresses: readonly AddressOutcome[]},
): Reading {
  const replied = facts?.state === 'open' && wait !== null
  return {
    address,
    family,
    port,
    ...(replied ? {rtt: wait} : {}),
    phase: {...resolve, ...(wait === null ? {} : {wait}), total: (resolve.resolve ?? 0) + (wait ?? 0)},
    addresses,
    ...(facts ? {udp: facts} : {}),
  }
}
