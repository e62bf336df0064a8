import type {Ports, TlsConnection, TlsSettled, TlsUpgradeResult} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import {abortOwner, type Deadline} from '../shared/deadline.ts'
import type {Dialled} from '../shared/dial-addresses.ts'
import type {HandshakeContext, HandshakeEnd} from './handshake-failure.ts'
import {linger, needsLinger} from './linger.ts'
import type {TlsTarget} from './measure.ts'
import {readTranscript, type ServerSide} from './transcript.ts'

export interface Handshake {
  /** Until it was complete, or until it ended otherwise; without the wait that follows. */
  readonly took: Millis
  readonly side: ServerSide
  /** What was agreed on; null when the handshake did not complete. */
  readonly negotiated: Pick<TlsConnection, 'version' | 'cipher' | 'alpn' | 'resumed'> | null
  /** DER, leaf first: as sent, or what the library kept when that could not be read. */
  readonly chain: readonly Uint8Array[]
  /** Set when it failed, or when the server refused our part of it afterwards. */
  readonly end: HandshakeEnd | null
  readonly context: HandshakeContext
  /** For resumption; null when the server gave none. */
  readonly session: Uint8Array | null
}

type Connected = Dialled & {readonly status: 'connected'}

/** Upgrades the connection, waits for a late refusal where one is possible, and closes. */
export async function shakeHands(
  target: TlsTarget,
  dialled: Connected,
  deadline: Deadline,
  ports: Pick<Ports, 'clock'>,
): Promise<Handshake> {
  const {connection, handshake} = await upgradeConnection(target, dialled, deadline)
  if (!connection) return handshake
  const {resume} = target.options
  return settle(connection, handshake, {deadline, roundTrip: dialled.took, clock: ports.clock, resume})
}

export interface Upgraded {
  /** Still open, for whoever has something to say over it; null when the handshake did not complete. */
  readonly connection: TlsConnection | null
  readonly handshake: Handshake
}

/** Upgrades the connection and waits for nothing more: a late refusal comes as an answer to what is sent first. */
export async function upgradeConnection(
  target: TlsTarget,
  dialled: Pick<Connected, 'stream' | 'winner'>,
  deadline: Deadline,
): Promise<Upgraded> {
  const {options, sni, materials} = target
  const result = await materials.client.upgrade({
    stream: dialled.stream,
    servername: sni,
    alpn: options.alpn,
    signal: deadline.signal,
  })
  const context: HandshakeContext = {
    peer: joinHostPort(dialled.winner.address, target.port),
    family: dialled.winner.family,
    sni,
    alpn: options.alpn,
    min: options.min,
    max: options.max,
    identity: materials.identity,
  }
  if (result.status !== 'secure') return {connection: null, handshake: failed(result, deadline, context)}
  const {connection, took} = result
  const {version, cipher, alpn, resumed} = connection
  const side = readTranscript(connection.transcript())
  const handshake: Handshake = {
    took,
    side,
    negotiated: {version, cipher, alpn, resumed},
    chain: chainOf(side, connection),
    end: null,
    context,
    session: connection.session(),
  }
  return {connection, handshake}
}

function chainOf(side: ServerSide, {certificate}: TlsConnection): readonly Uint8Array[] {
  return side.chain ?? (certificate ? [certificate] : [])
}

function failed(
  result: Exclude<TlsUpgradeResult, {status: 'secure'}>,
  deadline: Deadline,
  context: HandshakeContext,
): Handshake {
  const side = readTranscript(result.transcript)
  const end: HandshakeEnd =
    result.status === 'failed' ? {by: 'error', error: result.error} : endOfPatience(deadline)
  return {took: result.took, side, negotiated: null, chain: side.chain ?? [], end, context, session: null}
}

function endOfPatience(deadline: Deadline): HandshakeEnd {
  const owner = abortOwner(deadline.signal)
  return owner?.by === 'deadline' ? {by: 'deadline', after: owner.after} : {by: 'user'}
}

interface Aftermath extends Pick<Ports, 'clock'> {
  readonly deadline: Deadline
  readonly roundTrip: Millis
  readonly resume: boolean
}

async function settle(
  connection: TlsConnection,
  handshake: Handshake,
  {deadline, roundTrip, clock, resume}: Aftermath,
): Promise<Handshake> {
  // A ticket of TLS 1.3 comes in the same place as a late refusal.
  const waiting = needsLinger(connection, handshake.side) || resume
  const settled: TlsSettled = waiting
    ? await linger(connection, roundTrip, deadline, {clock})
    : {type: 'accepted'}
  const session = connection.session()
  const side = waiting ? readTranscript(connection.transcript()) : handshake.side
  connection.stream.close()
  return {
    ...handshake,
    side,
    chain: chainOf(side, connection),
    end: lateEnd(settled, side, deadline),
    session,
  }
}

/** Null when the server took no offence. A close with close_notify is its application's, after accepting us. */
function lateEnd(settled: TlsSettled, side: ServerSide, deadline: Deadline): HandshakeEnd | null {
  switch (settled.type) {
    case 'accepted':
      return null
    case 'aborted':
      return abortOwner(deadline.signal)?.by === 'user' ? {by: 'user'} : null
    case 'end':
      return side.certificateRequested === true && side.alert === null ? {by: 'silent-close'} : null
    case 'error':
      return side.certificateRequested === false ? null : {by: 'error', error: settled.error}
  }
}
