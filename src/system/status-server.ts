/** A small HTTP server for scrapers and health checks: GET and HEAD of a few paths, nothing else. */
import {type IncomingMessage, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {UserError} from '../core/errors.ts'

export interface StatusAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface StatusServer {
  /** `http://127.0.0.1:9469`, with the port that was really taken. */
  readonly url: string
  close(): Promise<void>
}

/** A scraper that says nothing for so long is gone. */
const IDLE_LIMIT = 10_000

/**
 * Listens on one address. `routes` maps a path to what makes its answer; a route that throws answers 500 without details.
 * Throws `UserError` when the address is taken or not of this machine.
 */
export async function openStatusServer(
  {address, port}: {readonly address: string; readonly port: number},
  routes: ReadonlyMap<string, () => Promise<StatusAnswer>>,
): Promise<StatusServer> {
  const server = createServer(
    {requestTimeout: IDLE_LIMIT, headersTimeout: IDLE_LIMIT},
    (request, response) => {
      void answer(request, routes).then((reply) => send(request, response, reply))
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(address, port, error)))
    server.listen({host: address, port}, resolve)
  })
  const {port: taken} = server.address() as AddressInfo
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${taken}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function answer(
  {method, url = '/'}: IncomingMessage,
  routes: ReadonlyMap<string, () => Promise<StatusAnswer>>,
): Promise<StatusAnswer> {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET and HEAD are answered\n')
  const make = routes.get(url.split('?')[0] ?? '/')
  if (!make) return plain(404, `there are ${[...routes.keys()].join(', ')}\n`)
  return make().catch(() => plain(500, 'this could not be made\n'))
}

function send({method}: IncomingMessage, response: ServerResponse, {status, type, body}: StatusAnswer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? {allow: 'GET, HEAD'} : {}),
  })
  response.end(method === 'HEAD' ? undefined : body)
}

function plain(status: number, body: string): StatusAnswer {
  return {status, type: 'text/plain; charset=utf-8', body}
}

function cannotListen(address: string, port: number, {code = 'unknown'}: NodeJS.ErrnoException): UserError {
  const advice = {
    EADDRINUSE: 'another program listens there: choose another port, or 0 for any free one',
    EADDRNOTAVAIL: 'this machine does not have that address',
    EACCES: 'ports below 1024 need rights: choose a higher one',
  }[code]
  return new UserError({
    code: 'USAGE_INVALID',
    message: `--listen: ${address}:${port} can not be listened on (${code})`,
    ...(advice ? {advice: [advice]} : {}),
  })
}
