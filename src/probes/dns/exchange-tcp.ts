/** One question and its answer over TCP (RFC 1035 section 4.2.2, RFC 7766). */
import {makeFailure} from '../../core/codes/index.ts'
import type {ByteStream} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import {dialAddresses} from '../shared/dial-addresses.ts'
import type {ExchangePorts, ExchangeRequest, Exchanged, Received} from './exchange.ts'
import {judgeReply} from './judge-reply.ts'
import {freshQueryId} from './query-id.ts'
import {queryOf} from './query.ts'
import {type Rejections, countOf, inDnsWords, silenceFailure, transportFailure} from './transport-failure.ts'

/** Opens a connection for this one question. */
export async function exchangeTcp(request: ExchangeRequest, ports: ExchangePorts): Promise<Exchanged> {
  const {server, deadline, source, interface: device} = request
  const plan = {
    addresses: [server],
    port: server.port,
    strategy: 'order',
    source,
    interface: device,
    deadline,
  } as const
  const dialled = await dialAddresses(plan, ports)
  if (dialled.status === 'failed')
    return {status: 'failed', failure: inDnsWords(dialled.failure, server), rejected: 0}
  try {
    const wire = {stream: dialled.stream, connect: dialled.took, tls: null, transport: 'tcp'} as const
    return await exchangeOver(wire, request, ports)
  } finally {
    dialled.stream.close()
  }
}

/** An open connection for one question. */
interface Wire extends Pick<Received, 'connect' | 'tls' | 'transport'> {
  readonly stream: ByteStream
}

/** Puts the question with its length before it, and takes the first answer that is ours. */
export async function exchangeOver(
  {stream, ...wire}: Wire,
  request: ExchangeRequest,
  {clock}: ExchangePorts,
): Promise<Exchanged> {
  const {ask, server} = request
  const id = freshQueryId()
  const query = queryOf(ask, id)
  const started = clock.now()
  const error = await stream.write(Buffer.concat([Buffer.of(query.length >> 8, query.length & 0xff), query]))
  if (error) return {status: 'failed', failure: transportFailure(error, server, 'send'), rejected: 0}
  const seen: Rejections = {mismatched: 0, malformed: 0, because: ''}
  for await (const frame of framesOf(stream, request.deadline.signal)) {
    if (!(frame instanceof Uint8Array)) return endOfStream(frame, request, clock.now() - started, seen)
    const verdict = judgeReply(frame, id, ask)
    if (verdict.verdict === 'ours') {
      const {message} = verdict
      const more = {bytes: frame.length, truncated: false, rejected: countOf(seen)}
      return {status: 'received', message, ...wire, wait: clock.now() - started, ...more}
    }
    seen.because = verdict.because
    if (verdict.verdict === 'mismatch') seen.mismatched++
    else {
      // On a connection nobody else can have sent this.
      const text = `${joinHostPort(server.address, server.port)} answered, but ${verdict.because}`
      return {status: 'failed', failure: makeFailure('DNS_MALFORMED', text), rejected: countOf(seen) + 1}
    }
  }
  throw new Error('the frames of a stream end with an event')
}

type End = Exclude<Awaited<ReturnType<ByteStream['read']>>, {type: 'data'}> & {readonly cut: boolean}

/** Whole messages, then how the stream ended; `cut` when that was in the middle of one. */
async function* framesOf(stream: ByteStream, signal: AbortSignal): AsyncGenerator<Uint8Array | End, void> {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const length = bytes.length >= 2 ? bytes.readUInt16BE(0) : null
    if (length !== null && bytes.length >= 2 + length) {
      yield bytes.subarray(2, 2 + length)
      bytes = bytes.subarray(2 + length)
      continue
    }
    const event = await stream.read(signal)
    if (event.type !== 'data') {
      yield {...event, cut: bytes.length > 0}
      return
    }
    bytes = Buffer.concat([bytes, event.data])
  }
}

function endOfStream(end: End, request: ExchangeRequest, waited: Millis, seen: Rejections): Exchanged {
  const {server, deadline} = request
  const peer = joinHostPort(server.address, server.port)
  const rejected = countOf(seen)
  switch (end.type) {
    case 'aborted':
      return {status: 'failed', failure: silenceFailure(server, deadline, waited, seen), rejected}
    case 'error':
      return {status: 'failed', failure: transportFailure(end.error, server, 'receive'), rejected}
    case 'end': {
      const failure = end.cut
        ? makeFailure('DNS_MALFORMED', `${peer} closed the connection in the middle of its answer`)
        : makeFailure('TCP_CLOSED', `${peer} closed the connection without an answer`)
      return {status: 'failed', failure, rejected}
    }
  }
}
