/** From a URL to a connection: where to go, the addresses, the dialling, and the tunnel of a proxy. */
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome} from '../../core/outcome.ts'
import type {ByteStream, Ports, ResolvedAddress} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import {dialAddresses} from '../shared/dial-addresses.ts'
import {type Resolution, resolveTarget} from '../shared/resolve-target.ts'
import {openTunnel} from './proxy.ts'
import {enterProxy} from './secure-proxy.ts'
import {hostOf, portOf} from './request.ts'
import type {Route} from './routes.ts'
import type {HttpTarget} from './target.ts'

export interface Steps {
  readonly resolve?: Millis
  readonly connect?: Millis
}

interface Reached {
  readonly phase: Steps
  /** Of the connection itself: that of the proxy, when there is one. */
  readonly port: number
  readonly addresses: readonly AddressOutcome[]
}
export type Connected = Reached &
  (
    | {readonly status: 'connected'; readonly stream: ByteStream; readonly winner: ResolvedAddress}
    | {readonly status: 'failed'; readonly failure: Failure; readonly winner: ResolvedAddress | null}
  )

type ConnectPorts = Pick<Ports, 'clock' | 'dial' | 'resolver'>

export async function connect(
  target: HttpTarget,
  url: URL,
  deadline: Deadline,
  ports: ConnectPorts,
): Promise<Connected> {
  const route = target.routes.find({host: hostOf(url), port: portOf(url)})
  const reached = await reach(
    target,
    target.proxy ? {...target.proxy, addresses: null} : route,
    deadline,
    ports,
  )
  if (!target.proxy || reached.status === 'failed') return reached
  const {winner, phase} = reached
  const door = await enterProxy(target, target.proxy, reached, {deadline, ports})
  const after = (took: Millis) => ({...reached, phase: {...phase, connect: (phase.connect ?? 0) + took}})
  if (door.status === 'failed') return {...after(door.took), status: 'failed', failure: door.failure}
  const {stream} = door
  const goal = joinHostPort(route.addresses?.[0]?.address ?? route.host, route.port)
  const peer = joinHostPort(winner.address, reached.port)
  const request = {stream, goal, peer, family: winner.family, secrets: target.secrets}
  const tunnel = await openTunnel(request, deadline, ports)
  const more = {...after(door.took + tunnel.took), stream}
  return tunnel.failure ? {...more, status: 'failed', failure: tunnel.failure} : more
}

/** Resolves and dials. */
async function reach(
  target: HttpTarget,
  place: Route,
  deadline: Deadline,
  ports: ConnectPorts,
): Promise<Connected> {
  const {port} = place
  const resolution: Resolution = place.addresses
    ? {status: 'resolved', addresses: ofFamily(place.addresses, target.family), took: null}
    : await resolveTarget(place.host, target.family, ports, deadline)
  const resolve = resolution.took === null ? {} : {resolve: resolution.took}
  if (resolution.status === 'failed') {
    return {status: 'failed', failure: resolution.failure, winner: null, port, addresses: [], phase: resolve}
  }
  const {source, interface: device, options} = target
  const plan = {addresses: resolution.addresses, port, strategy: options.strategy, source, interface: device}
  const dialled = await dialAddresses({...plan, deadline}, ports)
  const {addresses, took} = dialled
  if (dialled.status === 'failed') {
    const {failure, address} = dialled
    return {status: 'failed', failure, winner: address, port, addresses, phase: {...resolve, connect: took}}
  }
  const {stream, winner} = dialled
  const won = addresses.find(({status}) => status === 'ok')
  const phase = {...resolve, connect: (won?.startedAfter ?? 0) + took}
  return {status: 'connected', stream, winner, port, addresses, phase}
}

function ofFamily(addresses: readonly ResolvedAddress[], family: 0 | 4 | 6): readonly ResolvedAddress[] {
  const wanted = addresses.filter((each) => family === 0 || each.family === family)
  // Whoever names addresses of the other family only gets to hear that none of them is wanted by the dialling.
  return wanted.length > 0 ? wanted : addresses
}
