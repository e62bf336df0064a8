/** A tunnel through an HTTP proxy: CONNECT, RFC 9110 section 9.3.6. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {ByteStream, Ports} from '../../core/ports.ts'
import {shorten, stripControl} from '../../core/text.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {type Deadline, abortOwner} from '../shared/deadline.ts'
import type {Secrets} from './secrets.ts'

export interface TunnelRequest {
  /** To the proxy; reset when it makes no tunnel. */
  readonly stream: ByteStream
  /** `host:port` behind the proxy. */
  readonly goal: string
  /** The proxy, for messages. */
  readonly peer: string
  readonly family: Family
  readonly secrets: Secrets
}

export interface Tunnel {
  readonly failure: Failure | null
  readonly took: Millis
}

/** A proxy that has more to say before the tunnel stands is not listened to. */
const HEAD_LIMIT = 16_384
const END = '\r\n\r\n'

export async function openTunnel(
  request: TunnelRequest,
  deadline: Deadline,
  {clock}: Pick<Ports, 'clock'>,
): Promise<Tunnel> {
  const started = clock.now()
  const failure = await negotiate(request, deadline)
  if (failure) request.stream.reset()
  return {failure, took: clock.now() - started}
}

async function negotiate(request: TunnelRequest, deadline: Deadline): Promise<Failure | null> {
  const {stream, goal, peer, family, secrets} = request
  const {proxyAuthorization} = secrets
  const login = proxyAuthorization === null ? '' : `proxy-authorization: ${proxyAuthorization}\r\n`
  const error = await stream.write(
    Buffer.from(`CONNECT ${goal} HTTP/1.1\r\nhost: ${goal}\r\n${login}\r\n`, 'latin1'),
  )
  if (error) return classifyNetError(error, {stage: 'send', peer, family})
  let head = ''
  while (!head.includes(END)) {
    const event = await stream.read(deadline.signal)
    if (event.type === 'aborted') return outOfTime(request, deadline)
    if (event.type === 'error') return classifyNetError(event.error, {stage: 'receive', peer, family})
    if (event.type === 'end') {
      return makeFailure('HTTP_PROXY_REFUSED', `the proxy ${peer} hung up after CONNECT ${goal}`)
    }
    head += Buffer.from(event.data).toString('latin1')
    if (head.length > HEAD_LIMIT) {
      return makeFailure('HTTP_MALFORMED', `the proxy ${peer} sent no end of its answer to CONNECT`)
    }
  }
  return judge(request, head)
}

function judge({goal, peer, secrets}: TunnelRequest, head: string): Failure | null {
  const [line = ''] = head.split('\r\n')
  const status = Number(/^HTTP\/1\.\d (\d{3})(?: |$)/.exec(line)?.[1] ?? Number.NaN)
  const said = secrets.redact(shorten(stripControl(line), 120))
  if (Number.isNaN(status)) {
    return makeFailure('HTTP_MALFORMED', `the proxy ${peer} answered CONNECT with "${said}"`)
  }
  const success = status >= 200 && status < 300
  if (success && head.endsWith(END)) return null
  if (success) {
    return makeFailure(
      'HTTP_MALFORMED',
      `the proxy ${peer} sent data before anything was asked through the tunnel`,
    )
  }
  const code = status === 407 ? 'HTTP_PROXY_AUTH' : 'HTTP_PROXY_REFUSED'
  return makeFailure(code, `the proxy ${peer} answered CONNECT ${goal} with "${said}"`)
}

function outOfTime({goal, peer}: TunnelRequest, deadline: Deadline): Failure {
  const owner = abortOwner(deadline.signal)
  if (owner?.by !== 'deadline') {
    return makeFailure('CANCELLED', `waiting for the proxy ${peer} was cancelled`, {stage: 'connect'})
  }
  const message = `the proxy ${peer} made no tunnel to ${goal} within ${formatDuration(owner.after)}`
  return makeFailure('HTTP_TIMEOUT', message, {stage: 'connect'})
}
