/** WebSocket servers: the `ws` library, nginx in front of it, and raw sockets that misbehave after a proper upgrade. */
import {createHash} from 'node:crypto'
import {createServer as createHttpServer, type RequestListener} from 'node:http'
import {createServer as createHttpsServer} from 'node:https'
import type {AddressInfo, Socket} from 'node:net'
import {type WebSocket, WebSocketServer} from 'ws'
import {type Running, rawServer} from './tls-servers.ts'

export interface WsSetup {
  readonly onConnection?: (socket: WebSocket, request: {readonly url?: string | undefined}) => void
  readonly tls?: {readonly key: string; readonly cert: string}
  /** Of plain requests; by default 426. */
  readonly onRequest?: RequestListener
  readonly autoPong?: boolean
  readonly verify?: () => {readonly code: number; readonly headers?: Record<string, string>} | null
}

/** A real server; answers pings as the library does. */
export async function wsServer(setup: WsSetup = {}): Promise<Running> {
  const {tls, onRequest, onConnection, autoPong = true, verify} = setup
  const http = tls ? createHttpsServer(tls) : createHttpServer()
  http.on('request', onRequest ?? ((_, response) => response.writeHead(426).end()))
  const sockets = new WebSocketServer({
    server: http,
    autoPong,
    handleProtocols: (offered) => (offered.has('chat') ? 'chat' : false),
    verifyClient: (_info, done) => {
      const refusal = verify?.() ?? null
      if (refusal === null) done(true)
      else done(false, refusal.code, '', refusal.headers)
    },
  })
  sockets.on('connection', (socket, request) => {
    socket.on('error', () => undefined)
    onConnection?.(socket, request)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    port: (http.address() as AddressInfo).port,
    stop: async () => {
      for (const client of sockets.clients) client.terminate()
      await new Promise<void>((resolve) => http.close(() => resolve()))
    },
  }
}

/** Upgrades each connection properly, then does with its socket what the script says. */
export async function upgradingServer(
  script: (socket: Socket, frame: (data: Buffer) => void) => void,
  accept: (key: string) => string = acceptOf,
): Promise<Running> {
  return rawServer((socket) => {
    socket.once('data', (data) => {
      const key = /sec-websocket-key: (.*)\r\n/i.exec(data.toString('latin1'))?.[1] ?? ''
      const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
      socket.write(`${[...head, `Sec-WebSocket-Accept: ${accept(key)}`].join('\r\n')}\r\n\r\n`)
      script(socket, (payload) => socket.write(payload))
    })
  })
}

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

/** The payload of a short masked frame of the client. */
export function unmask(frame: Buffer): Buffer {
  const length = (frame[1] ?? 0) & 0x7f
  const mask = frame.subarray(2, 6)
  return Buffer.from(frame.subarray(6, 6 + length).map((octet, at) => octet ^ (mask[at % 4] ?? 0)))
}

/** A short frame of a server. */
export function serverFrame(opcode: number, payload: Buffer | string = ''): Buffer {
  const body = Buffer.from(payload)
  return Buffer.concat([Buffer.from([0x80 | opcode, body.length]), body])
}
