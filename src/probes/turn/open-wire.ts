/** From a target to an open way to its server: resolve, then a socket, a connection, or TLS over one. */
import {makeFailure} from '../../core/codes/index.ts'
import type {TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Phases, Reading} from '../../core/outcome.ts'
import type {Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Deadline} from '../shared/deadline.ts'
import {dialAddresses} from '../shared/dial-addresses.ts'
import {resolveTarget} from '../shared/resolve-target.ts'
import {inspect} from '../tls/inspect.ts'
import {upgradeConnection} from '../tls/shake-hands.ts'
import {datagramFailure} from '../udp/failure.ts'
import type {TurnTarget} from './target.ts'
import {StreamWire, type Wire, datagramWire} from './wire.ts'

export interface Way {
  readonly place: Pick<Reading, 'address' | 'family' | 'port' | 'addresses'>
  readonly phase: Omit<Phases, 'total'>
  readonly tls: TlsFacts | null
}
export type OpenedWire = {readonly way: Way} & (
  {readonly wire: Wire; readonly server: ResolvedAddress} | {readonly wire: null; readonly failure: Failure}
)

export async function openWire(target: TurnTarget, deadline: Deadline, ports: Ports): Promise<OpenedWire> {
  const {host, port, family} = target
  const found = await resolveTarget(host, family, ports, deadline)
  const phase = found.took === null ? {} : {resolve: found.took}
  if (found.status === 'failed')
    return {way: {place: {port}, phase, tls: null}, wire: null, failure: found.failure}
  return target.transport === 'udp'
    ? openDatagrams(target, found.addresses, phase, ports)
    : openStream(target, found.addresses, {phase, deadline}, ports)
}

/** The first address that this machine has a way to: the others cost a whole timeout each. */
async function openDatagrams(
  target: TurnTarget,
  addresses: readonly ResolvedAddress[],
  phase: Way['phase'],
  ports: Ports,
): Promise<OpenedWire> {
  const {port, source, interface: device, options} = target
  let last: OpenedWire | null = null
  for (const server of addresses) {
    const peer = {...server, port}
    const way = {place: {...server, port}, phase, tls: null}
    const socket = await ports.datagram.open({
      family: server.family,
      explain: true,
      connect: {address: server.address, port},
      ...(source === undefined ? {} : {source}),
      ...(device === undefined ? {} : {interface: device}),
    })
    if (!('code' in socket)) {
      const {retransmit} = options
      return {way, wire: datagramWire(socket, peer, {retransmit, clock: ports.clock}), server}
    }
    last = {way, wire: null, failure: datagramFailure(socket, peer, 'connect')}
  }
  return last ?? noAddress(target, phase)
}

function noAddress({host, port}: TurnTarget, phase: Way['phase']): OpenedWire {
  const failure = makeFailure('DNS_NODATA', `${host} has no address`)
  return {way: {place: {port}, phase, tls: null}, wire: null, failure}
}

async function openStream(
  target: TurnTarget,
  addresses: readonly ResolvedAddress[],
  {phase, deadline}: {readonly phase: Way['phase']; readonly deadline: Deadline},
  ports: Ports,
): Promise<OpenedWire> {
  const {port, source, interface: device} = target
  const plan = {addresses, port, strategy: 'race', source, interface: device, deadline} as const
  const dialled = await dialAddresses(plan, ports)
  const connect = {...phase, connect: dialled.took}
  if (dialled.status === 'failed') {
    const place = {...dialled.address, port, addresses: dialled.addresses}
    return {way: {place, phase: connect, tls: null}, wire: null, failure: dialled.failure}
  }
  const {winner: server, stream} = dialled
  const place = {...server, port, addresses: dialled.addresses}
  const peer = {...server, port}
  if (!target.tls)
    return {way: {place, phase: connect, tls: null}, wire: new StreamWire(stream, peer, ports), server}
  const {connection, handshake} = await upgradeConnection(target.tls, dialled, deadline)
  const {failure, facts: tls} = await inspect(target.tls, handshake, ports)
  const way = {place, phase: {...connect, tls: handshake.took}, tls}
  if (connection && !failure) return {way, wire: new StreamWire(connection.stream, peer, ports), server}
  connection?.stream.close()
  // `inspect` explains every handshake that did not complete.
  const reason = failure ?? makeFailure('TLS_CLOSED', `the handshake with ${handshake.context.peer} failed`)
  return {way, wire: null, failure: reason}
}
