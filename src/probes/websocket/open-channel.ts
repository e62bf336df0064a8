/** From a target to an open channel: resolve, dial, TLS, upgrade. */
import {makeFailure} from '../../core/codes/index.ts'
import type {TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Phases, Reading} from '../../core/outcome.ts'
import type {ByteStream, Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import {type Dialled, dialAddresses} from '../shared/dial-addresses.ts'
import {resolveTarget} from '../shared/resolve-target.ts'
import {inspect} from '../tls/inspect.ts'
import {upgradeConnection} from '../tls/shake-hands.ts'
import {Channel} from './channel.ts'
import type {WebSocketTarget} from './target.ts'
import {type Upgraded, upgrade} from './upgrade.ts'

/** What is known of the way there, whether it led to a channel or not. */
export interface Way {
  readonly place: Pick<Reading, 'address' | 'family' | 'port' | 'addresses'>
  readonly phase: Omit<Phases, 'total'>
  readonly tls: TlsFacts | null
  /** The answer to the upgrade; null where it did not come to one. */
  readonly answer: Upgraded['answer']
}
export type Opened = {readonly way: Way} & (
  | {readonly status: 'open'; readonly channel: Channel; readonly winner: ResolvedAddress}
  | {readonly status: 'failed'; readonly failure: Failure; readonly refused: boolean}
)

type OpenPorts = Pick<Ports, 'clock' | 'dial' | 'resolver'>

export async function openChannel(
  target: WebSocketTarget,
  deadline: Deadline,
  ports: OpenPorts,
): Promise<Opened> {
  const {port, source, interface: device, options} = target
  const resolution = await resolveTarget(target.host, target.family, ports, deadline)
  const resolve = resolution.took === null ? {} : {resolve: resolution.took}
  if (resolution.status === 'failed') return failed(resolution.failure, {place: {port}, phase: resolve})
  const {addresses} = resolution
  const plan = {addresses, port, strategy: options.strategy, source, interface: device, deadline}
  const dialled = await dialAddresses(plan, ports)
  if (dialled.status === 'failed') {
    const place = {...dialled.address, port, addresses: dialled.addresses}
    return failed(dialled.failure, {place, phase: {...resolve, connect: dialled.took}})
  }
  const place = {...dialled.winner, port, addresses: dialled.addresses}
  const secured = await secure(target, dialled, deadline, ports)
  const phase = {...resolve, connect: connectTime(dialled), ...secured.phase}
  const {tls} = secured
  if (secured.stream === null) return failed(secured.failure, {place, phase, tls})
  return shake(target, {place, phase, tls, winner: dialled.winner, stream: secured.stream}, deadline, ports)
}

interface Carried extends Omit<Way, 'answer'> {
  readonly winner: ResolvedAddress
  readonly stream: ByteStream
}

async function shake(
  target: WebSocketTarget,
  {place, phase, tls, winner, stream}: Carried,
  deadline: Deadline,
  {clock}: Pick<Ports, 'clock'>,
): Promise<Opened> {
  const upgraded = await upgrade(target, {stream, family: winner.family}, deadline, {clock})
  const {wait, answer} = upgraded
  const way = {place, phase: wait === null ? phase : {...phase, wait}, tls, answer}
  if (upgraded.failure) {
    stream.reset()
    return {status: 'failed', failure: upgraded.failure, refused: answer !== null, way}
  }
  return {status: 'open', channel: new Channel(stream, upgraded.rest, clock), winner, way}
}

function failed(failure: Failure, way: Pick<Way, 'place' | 'phase'> & {tls?: TlsFacts | null}): Opened {
  return {status: 'failed', failure, refused: false, way: {tls: null, ...way, answer: null}}
}

/** From the start of dialling: an address that was tried in vain before counts. */
function connectTime({addresses, took}: Dialled & {readonly status: 'connected'}): Millis {
  return (addresses.find(({status}) => status === 'ok')?.startedAfter ?? 0) + took
}

type Secured = {readonly phase: {readonly tls?: Millis}; readonly tls: TlsFacts | null} & (
  {readonly stream: ByteStream} | {readonly stream: null; readonly failure: Failure}
)

/** Nothing is sent through a connection whose certificate deserves no trust. */
async function secure(
  {tls: target}: WebSocketTarget,
  dialled: Dialled & {readonly status: 'connected'},
  deadline: Deadline,
  ports: Pick<Ports, 'clock'>,
): Promise<Secured> {
  if (target === null) return {stream: dialled.stream, phase: {}, tls: null}
  const {connection, handshake} = await upgradeConnection(target, dialled, deadline)
  const {failure, facts} = await inspect(target, handshake, ports)
  const so = {phase: {tls: handshake.took}, tls: facts}
  if (connection && !failure) return {...so, stream: connection.stream}
  connection?.stream.close()
  const {peer} = handshake.context
  // `inspect` explains every handshake that did not complete.
  const reason = failure ?? makeFailure('TLS_CLOSED', `the handshake with ${peer} failed`)
  return {...so, stream: null, failure: reason}
}
