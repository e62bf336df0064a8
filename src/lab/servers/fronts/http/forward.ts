/** Asks the server behind what the client asked, and passes the answer on. */
import http, {type IncomingMessage, type ServerResponse} from 'node:http'
import type {HostPort} from '../../toxics/host-port.ts'
import {type UpstreamTls, dialUpstream, resetWire} from '../wire.ts'

export interface ServerAnswer {
  readonly status: number
  readonly reason: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: IncomingMessage
}

/** Headers that are about one connection (RFC 9110 §7.6.1). */
const OF_CONNECTION = ['connection', 'keep-alive', 'proxy-connection']

/** A connection of its own for each request: none of the server's is ever found closed. Rejects when there is no answer. */
export async function askServer(
  request: IncomingMessage,
  upstream: HostPort,
  secure: UpstreamTls | null,
): Promise<ServerAnswer> {
  const wire = await dialUpstream(upstream, secure)
  return new Promise((resolve, reject) => {
    const asking = http.request({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: [...kept(request.rawHeaders).flat(), 'Connection', 'close'],
      createConnection: () => wire.stream,
    })
    asking.once('error', reject)
    asking.once('response', (response) => {
      asking.on('error', () => {})
      resolve({
        status: response.statusCode ?? 502,
        reason: response.statusMessage ?? '',
        headers: kept(response.rawHeaders),
        body: response,
      })
    })
    request.pipe(asking)
    request.once('close', () => {
      if (!request.complete) resetWire(wire)
    })
  })
}

/** As it came, chunk by chunk. A body that breaks off breaks off for the client too. */
export function passAnswer({status, reason, headers, body}: ServerAnswer, response: ServerResponse): void {
  response.writeHead(status, reason, headers.flat())
  response.once('close', () => body.destroy())
  body.once('error', () => response.destroy())
  body.once('aborted', () => response.destroy())
  body.pipe(response)
}

function kept(raw: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return pairs.filter(([name]) => !OF_CONNECTION.includes(name.toLowerCase()))
}
