/** TLS to a proxy, whose certificate is judged as that of a target is, before anything is asked of it. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {ByteStream, Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import {inspect} from '../tls/inspect.ts'
import {referenceName, serverName} from '../tls/name-matching.ts'
import {upgradeConnection} from '../tls/shake-hands.ts'
import type {HttpTarget, ProxyPlace} from './target.ts'

export type ProxyDoor =
  | {readonly status: 'open'; readonly stream: ByteStream; readonly took: Millis}
  | {readonly status: 'failed'; readonly failure: Failure; readonly took: Millis}

interface DialledProxy {
  readonly stream: ByteStream
  readonly winner: ResolvedAddress
}

/** A proxy without TLS is open as it is. Client certificates and `sni` belong to the target and aren't used here. */
export async function enterProxy(
  {tls, family, source, interface: device}: HttpTarget,
  proxy: ProxyPlace,
  dialled: DialledProxy,
  run: {readonly deadline: Deadline; readonly ports: Pick<Ports, 'clock'>},
): Promise<ProxyDoor> {
  if (!proxy.secure) return {status: 'open', stream: dialled.stream, took: 0}
  const reference = referenceName(proxy.host)
  const tlsTarget = {
    ...{host: proxy.host, port: proxy.port, family, source, interface: device, reference},
    options: {...tls.options, alpn: ['http/1.1']},
    sni: serverName(reference),
    materials: tls.materials,
  }
  const {connection, handshake} = await upgradeConnection(tlsTarget, dialled, run.deadline)
  const {failure} = await inspect(tlsTarget, handshake, run.ports)
  const {took} = handshake
  if (connection && !failure) return {status: 'open', stream: connection.stream, took}
  connection?.stream.close()
  const reason = failure ?? makeFailure('TLS_CLOSED', `the handshake with the proxy ${proxy.host} failed`)
  return {status: 'failed', failure: {...reason, message: `the proxy: ${reason.message}`}, took}
}
