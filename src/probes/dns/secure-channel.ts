/** A connection to a resolver behind TLS, with its certificate judged before anything is asked. */
import {makeFailure} from '../../core/codes/index.ts'
import type {TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {TlsConnection} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {dialAddresses} from '../shared/dial-addresses.ts'
import {inspect} from '../tls/inspect.ts'
import type {TlsTarget} from '../tls/measure.ts'
import {referenceName, serverName} from '../tls/name-matching.ts'
import {upgradeConnection} from '../tls/shake-hands.ts'
import type {ExchangePorts, ExchangeRequest, SecureMeans} from './exchange.ts'
import {inDnsWords} from './transport-failure.ts'

export type SecureChannel =
  | {
      readonly status: 'open'
      readonly connection: TlsConnection
      readonly connect: Millis
      readonly tls: {readonly took: Millis; readonly facts: TlsFacts}
    }
  | {readonly status: 'failed'; readonly failure: Failure; readonly tls?: TlsFacts}

/** Dials the server and shakes hands. The caller closes the connection. */
export async function openSecureChannel(
  request: ExchangeRequest,
  means: SecureMeans,
  ports: ExchangePorts,
): Promise<SecureChannel> {
  const {server, deadline, source, interface: device} = request
  const {port} = server
  const plan = {addresses: [server], port, strategy: 'order', source, interface: device, deadline} as const
  const dialled = await dialAddresses(plan, ports)
  if (dialled.status === 'failed') return {status: 'failed', failure: inDnsWords(dialled.failure, server)}
  const target = tlsTarget(request, means)
  const {connection, handshake} = await upgradeConnection(target, dialled, deadline)
  const {failure, facts} = await inspect(target, handshake, ports)
  if (connection && !failure) {
    return {status: 'open', connection, connect: dialled.took, tls: {took: handshake.took, facts}}
  }
  connection?.stream.close()
  // `inspect` explains every handshake that did not complete.
  const reason = failure ?? makeFailure('TLS_CLOSED', `the handshake with ${handshake.context.peer} failed`)
  return {status: 'failed', failure: reason, tls: facts}
}

function tlsTarget({server, source, interface: device}: ExchangeRequest, means: SecureMeans): TlsTarget {
  const {options, materials} = means
  const host = means.host === '' ? server.address : means.host
  const {sni} = options
  const reference = referenceName(sni === undefined || sni === '' ? host : sni)
  const {family, port} = server
  const name = sni === '' ? null : serverName(reference)
  return {host, port, family, source, interface: device, options, reference, sni: name, materials}
}
