/** One question and its answer over UDP (RFC 1035 section 4.2.1, RFC 5452). */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {DatagramMessage, DatagramSocket} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {ExchangePorts, ExchangeRequest, Exchanged} from './exchange.ts'
import {judgeReply} from './judge-reply.ts'
import {freshQueryId} from './query-id.ts'
import {queryOf} from './query.ts'
import {type Rejections, countOf, silenceFailure, transportFailure} from './transport-failure.ts'

/**
 * Sends the question once and waits until an answer of ours, an ICMP error or the deadline. Answers of others, with
 * another id or question are counted and ignored.
 */
export async function exchangeUdp(request: ExchangeRequest, ports: ExchangePorts): Promise<Exchanged> {
  const {server, source, interface: device} = request
  const socket = await ports.datagram.open({
    family: server.family,
    connect: {address: server.address, port: server.port},
    strangers: true,
    ...(source === undefined ? {} : {source}),
    ...(device === undefined ? {} : {interface: device}),
  })
  if ('code' in socket)
    return {status: 'failed', failure: transportFailure(socket, server, 'send'), rejected: 0}
  try {
    return await new UdpExchange(request, ports, socket).run()
  } finally {
    socket.close()
  }
}

class UdpExchange {
  readonly #request: ExchangeRequest
  readonly #ports: ExchangePorts
  readonly #socket: DatagramSocket
  readonly #id = freshQueryId()
  readonly #seen: Rejections = {mismatched: 0, malformed: 0, because: ''}
  readonly #done = Promise.withResolvers<Exchanged>()
  #started: Millis = 0

  constructor(request: ExchangeRequest, ports: ExchangePorts, socket: DatagramSocket) {
    this.#request = request
    this.#ports = ports
    this.#socket = socket
  }

  async run(): Promise<Exchanged> {
    const {ask, server, deadline} = this.#request
    const onDeadline = (): void => {
      this.#fail(silenceFailure(server, deadline, this.#waited(), this.#seen))
    }
    this.#socket.onMessage((message) => this.#receive(message))
    this.#socket.onError((error) => this.#fail(transportFailure(error, server, 'receive')))
    deadline.signal.addEventListener('abort', onDeadline, {once: true})
    this.#started = this.#ports.clock.now()
    if (deadline.signal.aborted) onDeadline()
    else {
      const error = await this.#socket.send(queryOf(ask, this.#id))
      if (error) this.#fail(transportFailure(error, server, 'send'))
    }
    const result = await this.#done.promise
    deadline.signal.removeEventListener('abort', onDeadline)
    return result
  }

  #receive({data, from, at}: DatagramMessage): void {
    const {ask, server} = this.#request
    if (from.port !== server.port || !isSameAddress(from.address, server.address)) {
      this.#reject('mismatched', `another source, ${joinHostPort(from.address, from.port)}`)
      return
    }
    const verdict = judgeReply(data, this.#id, ask)
    switch (verdict.verdict) {
      case 'mismatch':
        this.#reject('mismatched', verdict.because)
        return
      case 'malformed':
        this.#reject('malformed', verdict.because)
        if (verdict.ours) this.#fail(malformed(server, verdict.because))
        return
      case 'ours':
        this.#done.resolve({
          status: 'received',
          message: verdict.message,
          bytes: data.length,
          transport: 'udp',
          truncated: false,
          rejected: countOf(this.#seen),
          connect: null,
          tls: null,
          wait: at - this.#started,
        })
    }
  }

  #reject(kind: 'mismatched' | 'malformed', because: string): void {
    this.#seen[kind]++
    this.#seen.because = because
  }

  #fail(failure: Failure): void {
    this.#done.resolve({status: 'failed', failure, rejected: countOf(this.#seen)})
  }

  #waited(): Millis {
    return this.#ports.clock.now() - this.#started
  }
}

function malformed(server: {readonly address: string; readonly port: number}, because: string): Failure {
  return makeFailure('DNS_MALFORMED', `${joinHostPort(server.address, server.port)} answered, but ${because}`)
}

/** A link-local peer is reported with its zone. */
function isSameAddress(a: string, b: string): boolean {
  const bare = (address: string): string => address.toLowerCase().replace(/%.*$/, '')
  if (bare(a) === bare(b)) return true
  return a.includes(':') && b.includes(':') && canonical(bare(a)) === canonical(bare(b))
}

function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname
}
