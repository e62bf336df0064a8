import {type IncomingMessage, createServer} from 'node:http'
import type {Random} from '../../../core/ports.ts'
import {joinHostPort} from '../../../core/target.ts'
import {listen} from '../listen.ts'
import {type ApiAnswer, answerApi} from './api.ts'
import type {HostPort} from './host-port.ts'
import type {ProxyBook} from './proxy-book.ts'

export interface ApiServer {
  readonly url: string
  close(): Promise<void>
}

/** A `populate` of thousands of proxies fits. */
const LONGEST_BODY = 4 * 2 ** 20

/** Serves the API of a book. Rejects with Node's error, such as EADDRINUSE. */
export async function openApiServer(book: ProxyBook, at: HostPort, random: Random): Promise<ApiServer> {
  const server = createServer((request, response) => {
    void answer(book, request).then(({status, type, body}) => {
      response.writeHead(
        status,
        status === 204 ? {} : {'content-type': type, 'content-length': Buffer.byteLength(body)},
      )
      response.end(body)
    })
  })
  const {address, port} = await listen(server, at.address, at.port, random)
  return {
    url: `http://${joinHostPort(address, port)}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function answer(book: ProxyBook, request: IncomingMessage): Promise<ApiAnswer> {
  const body = await readBody(request)
  if (body === null) return {status: 413, type: 'text/plain; charset=utf-8', body: 'body too long\n'}
  const {method = 'GET', url = '/'} = request
  const path = url.split('?')[0] ?? '/'
  return answerApi(book, {method, path, userAgent: request.headers['user-agent'] ?? '', body})
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > LONGEST_BODY) return null
      chunks.push(chunk)
    }
  } catch {
    return null
  }
  return Buffer.concat(chunks).toString()
}
