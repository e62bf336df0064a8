/** What the answers of one sample tell. Pure. */
import type {StunFacts} from '../../core/facts.ts'
import type {AddressOutcome, Phases, Reading} from '../../core/outcome.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Peer} from '../udp/exchange.ts'
import type {TriedAddress} from '../udp/first-usable.ts'
import type {Bound} from './bind.ts'
import {isSameEndpoint, mappingOf} from './mapping.ts'
import type {Endpoint, StunMessage} from './message.ts'

/** What became of one address of the target. */
export interface Tried extends TriedAddress {
  readonly facts: StunFacts | null
}

/** Of one server that was asked. */
export interface Answer {
  readonly peer: Peer
  readonly bound: Bound
}

export interface Surroundings {
  readonly local: Endpoint
  /** Who accepts TCP while UDP is silent. */
  readonly tcp: string | null
}

export function factsOf(answers: readonly Answer[], {local, tcp}: Surroundings): StunFacts {
  const [first, ...others] = answers
  const seen = answers.flatMap(({peer, bound}) =>
    bound.mapped ? [{server: peer, mapped: bound.mapped}] : [],
  )
  const mapped = first?.bound.mapped ?? null
  return {
    mapped: name(mapped),
    local: joinHostPort(local.address, local.port),
    nat: mapped && !isSameEndpoint(mapped, local),
    mapping: mappingOf(seen),
    others: others.map(({peer, bound}) => ({
      server: joinHostPort(peer.address, peer.port),
      mapped: name(bound.mapped),
    })),
    requests: answers.reduce((sum, {bound}) => sum + bound.sent, 0),
    ignored: answers.reduce((sum, {bound}) => sum + bound.ignored, 0),
    ...saidBy(first?.bound.message ?? null),
    tcp,
  }
}

/** What the first server's message holds beside the address. */
function saidBy(message: StunMessage | null): Pick<StunFacts, 'software' | 'legacy' | 'error' | 'alternate'> {
  if (!message) return {software: null, legacy: false, error: null, alternate: null}
  const {software, legacy, error, alternate} = message
  return {software, legacy, error: error && error.code, alternate: name(alternate)}
}

function name(endpoint: Endpoint | null): string | null {
  return endpoint && joinHostPort(endpoint.address, endpoint.port)
}

export function readingOf(
  {address, family, port}: Peer,
  {wait, facts}: Tried,
  {
    resolve,
    addresses,
  }: {readonly resolve: Pick<Phases, 'resolve'>; readonly addresses: readonly AddressOutcome[]},
): Reading {
  const answered = facts !== null && facts.mapped !== null && wait !== null
  return {
    address,
    family,
    port,
    ...(answered ? {rtt: wait} : {}),
    phase: {...resolve, ...(wait === null ? {} : {wait}), total: (resolve.resolve ?? 0) + (wait ?? 0)},
    addresses,
    ...(facts ? {stun: facts} : {}),
  }
}
