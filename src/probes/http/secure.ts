/** TLS over a connection, with the certificates judged before anything is sent through it. */
import {makeFailure} from '../../core/codes/index.ts'
import type {TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {ByteStream, HttpVersion, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import {inspect} from '../tls/inspect.ts'
import type {TlsTarget} from '../tls/measure.ts'
import {referenceName, serverName} from '../tls/name-matching.ts'
import {type Handshake, upgradeConnection} from '../tls/shake-hands.ts'
import type {Connected} from './connect.ts'
import {hostOf} from './request.ts'
import type {HttpTarget} from './target.ts'

interface Shaken {
  readonly took: Millis
  readonly facts: TlsFacts
  readonly handshake: Handshake
}
export type Secured = Shaken &
  (
    | {readonly status: 'secure'; readonly stream: ByteStream; readonly version: HttpVersion}
    | {readonly status: 'failed'; readonly failure: Failure}
  )

export async function secure(
  target: HttpTarget,
  url: URL,
  connected: Connected & {readonly status: 'connected'},
  run: {readonly deadline: Deadline; readonly ports: Pick<Ports, 'clock'>},
): Promise<Secured> {
  const tlsTarget = tlsTargetOf(target, url, connected.port)
  const {connection, handshake} = await upgradeConnection(tlsTarget, connected, run.deadline)
  const {failure, facts} = await inspect(tlsTarget, handshake, run.ports)
  const shaken = {took: handshake.took, facts, handshake}
  if (!connection) {
    // `inspect` explains every handshake that did not complete.
    const reason = failure ?? makeFailure('TLS_CLOSED', `the handshake with ${handshake.context.peer} failed`)
    return {...shaken, status: 'failed', failure: reason}
  }
  const missing = connection.alpn === 'h2' || target.options.http !== '2' ? null : noHttp2(handshake)
  const reason = failure ?? missing
  if (reason) {
    connection.stream.close()
    return {...shaken, status: 'failed', failure: reason}
  }
  const version = connection.alpn === 'h2' ? '2' : '1.1'
  return {...shaken, status: 'secure', stream: connection.stream, version}
}

function noHttp2({context, negotiated}: Handshake): Failure {
  const chose = negotiated?.alpn === null ? 'chose no protocol' : `chose ${negotiated?.alpn ?? 'none'}`
  return makeFailure('HTTP_VERSION_MISSING', `${context.peer} ${chose} by ALPN`)
}

function tlsTargetOf(target: HttpTarget, url: URL, port: number): TlsTarget {
  const {options, materials} = target.tls
  const {sni} = options
  const host = hostOf(url)
  const reference = referenceName(sni === undefined || sni === '' ? host : sni)
  const {family, source, interface: device} = target
  const name = sni === '' ? null : serverName(reference)
  return {host, port, family, source, interface: device, options, reference, sni: name, materials}
}
