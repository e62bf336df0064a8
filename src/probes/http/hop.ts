/** One request with everything it takes: resolve, connect, tls, request, wait, download. */
import {makeFailure} from '../../core/codes/index.ts'
import type {TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Phases, Reading} from '../../core/outcome.ts'
import type {ByteStream, HttpExchangeResult, HttpHeaders, HttpVersion, Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import {type Deadline, abortOwner} from '../shared/deadline.ts'
import type {Handshake} from '../tls/shake-hands.ts'
import {type Connected, connect} from './connect.ts'
import {explainExchange} from './exchange-failure.ts'
import {type HttpRequest, headerOf} from './request.ts'
import {secure} from './secure.ts'
import type {HttpTarget} from './target.ts'

export interface Hop {
  readonly request: HttpRequest
  readonly failure: Failure | null
  /** Where it went and what became of the addresses. */
  readonly where: Pick<Reading, 'address' | 'family' | 'port' | 'addresses'>
  /** Without `total`. */
  readonly phase: Phases
  readonly tls: TlsFacts | null
  /** Null when it did not come to that. */
  readonly exchange: HttpExchangeResult | null
}

interface HopRun {
  readonly deadline: Deadline
  readonly ports: Ports
}

type Open = Connected & {readonly status: 'connected'}

/** On a connection of its own, so that every hop has all its phases. Never throws for what the network does. */
export async function measureHop(target: HttpTarget, request: HttpRequest, run: HopRun): Promise<Hop> {
  const connected = await connect(target, request.url, run.deadline, run.ports)
  const where = whereOf(connected)
  const {phase} = connected
  if (connected.status === 'failed') {
    return {request, where, phase, failure: connected.failure, tls: null, exchange: null}
  }
  if (request.url.protocol === 'https:') return overTls(target, request, connected, run)
  if (target.options.http === '2') {
    connected.stream.close()
    const failure = makeFailure(
      'HTTP_VERSION_MISSING',
      `${request.url.origin}: without TLS there is no HTTP/2 here`,
    )
    return {request, where, phase, failure, tls: null, exchange: null}
  }
  const channel: Channel = {stream: connected.stream, version: '1.1', handshake: null}
  const {exchange, failure} = await send(target, request, connected, channel, run)
  return {request, where, phase: {...phase, ...exchange.times}, failure, tls: null, exchange}
}

async function overTls(target: HttpTarget, request: HttpRequest, connected: Open, run: HopRun): Promise<Hop> {
  const secured = await secure(target, request.url, connected, run)
  const where = whereOf(connected)
  const {facts: tls, handshake} = secured
  const phase = {...connected.phase, tls: secured.took}
  if (secured.status === 'failed')
    return {request, where, phase, failure: secured.failure, tls, exchange: null}
  const {stream, version} = secured
  const {exchange, failure} = await send(target, request, connected, {stream, version, handshake}, run)
  return {request, where, phase: {...phase, ...exchange.times}, failure, tls, exchange}
}

function whereOf({winner, port, addresses}: Connected): Hop['where'] {
  return {...winner, port, ...(addresses.length > 0 ? {addresses} : {})}
}

interface Channel {
  readonly stream: ByteStream
  readonly version: HttpVersion
  readonly handshake: Handshake | null
}

// oxlint-disable-next-line max-params -- the five are what a request is made of
async function send(
  target: HttpTarget,
  request: HttpRequest,
  {winner, port}: Open,
  {stream, version, handshake}: Channel,
  {deadline}: HopRun,
): Promise<{readonly exchange: HttpExchangeResult; readonly failure: Failure | null}> {
  const {url, method, body} = request
  const {options} = target
  const exchange = await target.client.exchange({
    stream,
    version,
    secure: url.protocol === 'https:',
    authority: url.host,
    method,
    path: `${url.pathname}${url.search}`,
    headers: headersFor(target, request),
    body,
    keep: options.keep,
    limit: Math.min(options.body_limit, options.max_size ?? options.body_limit),
    signal: deadline.signal,
  })
  if (exchange.status === 'complete') return {exchange, failure: null}
  const peer = joinHostPort(winner.address, port)
  const context = {peer, family: winner.family, handshake, owner: abortOwner(deadline.signal)}
  return {exchange, failure: explainExchange(exchange, context)}
}

const DEFAULTS: HttpHeaders = [
  ['user-agent', 'netdrill'],
  ['accept', '*/*'],
]

/** Credentials go to the origin that was asked for and nowhere else. */
function headersFor({secrets}: HttpTarget, {headers, trusted}: HttpRequest): HttpHeaders {
  const missing = DEFAULTS.filter(([name]) => headerOf(headers, name) === undefined)
  const {authorization} = secrets
  const login: HttpHeaders = trusted && authorization !== null ? [['authorization', authorization]] : []
  return [...headers, ...missing, ...login]
}
