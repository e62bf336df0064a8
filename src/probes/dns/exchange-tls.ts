/** One question and its answer over TLS (RFC 7858). */
import type {ExchangePorts, ExchangeRequest, Exchanged, SecureMeans} from './exchange.ts'
import {exchangeOver} from './exchange-tcp.ts'
import {openSecureChannel} from './secure-channel.ts'

export async function exchangeTls(
  request: ExchangeRequest,
  means: SecureMeans,
  ports: ExchangePorts,
): Promise<Exchanged> {
  const channel = await openSecureChannel(request, means, ports)
  if (channel.status === 'failed') return {...channel, rejected: 0}
  const {connection, connect, tls} = channel
  try {
    return await exchangeOver({stream: connection.stream, connect, tls, transport: 'dot'}, request, ports)
  } finally {
    connection.stream.close()
  }
}
