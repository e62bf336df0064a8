/** Chooses the transport: TLS, HTTPS, UDP, TCP, or UDP and then TCP for a truncated answer (RFC 7766 section 5). */
import {makeFailure} from '../../core/codes/index.ts'
import type {ExchangePorts, ExchangeRequest, Exchanged, Received} from './exchange.ts'
import {exchangeHttps} from './exchange-https.ts'
import {exchangeTcp} from './exchange-tcp.ts'
import {exchangeTls} from './exchange-tls.ts'
import {exchangeUdp} from './exchange-udp.ts'

export async function exchange(request: ExchangeRequest, ports: ExchangePorts): Promise<Exchanged> {
  const {transport} = request.ask.options
  const {secure} = request
  if (transport === 'dot' && secure) return exchangeTls(request, secure, ports)
  if (transport === 'doh' && secure?.client) {
    return exchangeHttps(request, {...secure, client: secure.client}, ports)
  }
  if (transport === 'tcp') return exchangeTcp(request, ports)
  const first = await exchangeUdp(request, ports)
  if (transport === 'udp' || first.status === 'failed' || !first.message.flags.tc) return first
  return afterTruncation(first, await exchangeTcp(request, ports))
}

function afterTruncation(cut: Received, whole: Exchanged): Exchanged {
  const rejected = cut.rejected + whole.rejected
  if (whole.status === 'received') {
    return {...whole, truncated: true, rejected, wait: cut.wait + whole.wait}
  }
  if (whole.failure.code === 'CANCELLED') return whole
  const {code, message, cause} = whole.failure
  const text = `the UDP answer was truncated, and over TCP: ${message}`
  return {
    status: 'failed',
    failure: makeFailure('DNS_TRUNCATED', text, {cause: cause ?? code}),
    rejected,
    cut,
  }
}
