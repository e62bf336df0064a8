/** One question and its answer over HTTPS (RFC 8484). */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {HttpClient, HttpExchangeRequest, HttpExchangeResult} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Ask} from './ask.ts'
import type {ExchangePorts, ExchangeRequest, Exchanged, SecureMeans} from './exchange.ts'
import {judgeReply} from './judge-reply.ts'
import {queryOf} from './query.ts'
import {openSecureChannel} from './secure-channel.ts'
import {silenceFailure, transportFailure} from './transport-failure.ts'

/** Section 4.1: 0, so that the same question is the same request to caches. */
const QUERY_ID = 0
const MESSAGE_TYPE = 'application/dns-message'
/** A DNS message over TCP can't be longer. */
const LONGEST = 65_535

export async function exchangeHttps(
  request: ExchangeRequest,
  means: SecureMeans & {readonly client: HttpClient},
  ports: ExchangePorts,
): Promise<Exchanged> {
  const channel = await openSecureChannel(request, means, ports)
  if (channel.status === 'failed') return {...channel, rejected: 0}
  const {connection, connect, tls} = channel
  const {ask, server, deadline} = request
  const started = ports.clock.now()
  const result = await means.client.exchange({
    stream: connection.stream,
    version: connection.alpn === 'h2' ? '2' : '1.1',
    secure: true,
    authority: authorityOf(means, request),
    ...message(ask),
    keep: LONGEST,
    limit: LONGEST,
    signal: deadline.signal,
  })
  const wait = ports.clock.now() - started
  const failure = explain(result, request, wait)
  if (failure) return {status: 'failed', failure, rejected: 0, tls: tls.facts}
  const {bytes} = result.body
  const verdict = judgeReply(bytes, QUERY_ID, ask)
  if (verdict.verdict === 'ours') {
    const about = {transport: 'doh', bytes: bytes.length, truncated: false, rejected: 0} as const
    return {status: 'received', message: verdict.message, ...about, connect, tls, wait}
  }
  const peer = joinHostPort(server.address, server.port)
  const code = verdict.verdict === 'mismatch' ? 'DNS_MISMATCH' : 'DNS_MALFORMED'
  const broken = makeFailure(code, `${peer} answered over HTTPS, but ${verdict.because}`)
  return {status: 'failed', failure: broken, rejected: 1, tls: tls.facts}
}

function authorityOf({host}: SecureMeans, {server}: ExchangeRequest): string {
  const name = host === '' ? server.address : host
  return server.port === 443 ? joinHostPort(name, 443).replace(/:443$/, '') : joinHostPort(name, server.port)
}

function message(ask: Ask): Pick<HttpExchangeRequest, 'method' | 'path' | 'headers' | 'body'> {
  const query = queryOf(ask, QUERY_ID)
  const {doh_method: method, doh_path: path} = ask.options
  const accept = ['accept', MESSAGE_TYPE] as const
  if (method === 'get') {
    const text = Buffer.from(query).toString('base64url')
    return {method: 'GET', path: `${path}?dns=${text}`, headers: [accept], body: null}
  }
  const headers = [accept, ['content-type', MESSAGE_TYPE], ['content-length', String(query.length)]] as const
  return {method: 'POST', path, headers, body: query}
}

/** Null when a DNS message may be in the body. */
function explain(
  result: HttpExchangeResult,
  {server, deadline}: ExchangeRequest,
  waited: number,
): Failure | null {
  const peer = joinHostPort(server.address, server.port)
  switch (result.status) {
    case 'aborted':
      return silenceFailure(server, deadline, waited, {mismatched: 0, malformed: 0, because: ''})
    case 'failed':
      return transportFailure(result.error, server, 'receive')
    case 'complete': {
      const {status, headers} = result.head
      if (status !== 200) return makeFailure('DNS_HTTP_STATUS', `${peer} answered with HTTP status ${status}`)
      const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'none'
      if (type.toLowerCase().startsWith(MESSAGE_TYPE)) return null
      return makeFailure('DNS_MALFORMED', `${peer} answered over HTTPS with content of type ${type}`)
    }
  }
}
