/** Real servers for the HTTP probe: Node's own, over TLS as well, a proxy, and raw sockets that follow a script. */
import {createServer, type IncomingMessage, type RequestListener} from 'node:http'
import {createSecureServer} from 'node:http2'
import {createServer as createHttps} from 'node:https'
import {type AddressInfo, type Server, type Socket, connect} from 'node:net'

export interface Running {
  readonly port: number
  stop(): Promise<void>
}

export async function plainHttp(listener: RequestListener): Promise<Running> {
  return listen(createServer(listener))
}

/** HTTP/2 and, for those who don't speak it, HTTP/1.1. */
export async function secureHttp(
  identity: {readonly certificate: string; readonly key: string},
  listener: RequestListener,
): Promise<Running> {
  const server = createSecureServer({cert: identity.certificate, key: identity.key, allowHTTP1: true})
  server.on('request', (request, response) => {
    listener(request as unknown as IncomingMessage, response as unknown as Parameters<RequestListener>[1])
  })
  server.on('sessionError', () => undefined)
  return listen(server)
}

/** Answers every request head with these bytes; `then` says what becomes of the connection. */
export async function rawHttp(
  answer: string | Buffer,
  then: 'stay' | 'end' | 'reset' = 'stay',
): Promise<Running> {
  const server = createServer()
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(answer, () => {
        if (then === 'end') socket.end()
        if (then === 'reset') socket.resetAndDestroy()
      })
    })
  })
  return listen(server)
}

export interface Proxy extends Running {
  /** The heads of all CONNECT requests. */
  readonly asked: readonly {readonly goal: string; readonly authorization: string | undefined}[]
}

/** Makes tunnels for those who know the login; without one for everybody. With an identity it speaks TLS itself. */
export async function connectProxy(
  login?: string,
  identity?: {readonly certificate: string; readonly key: string},
): Promise<Proxy> {
  const asked: {goal: string; authorization: string | undefined}[] = []
  const server = identity ? createHttps({cert: identity.certificate, key: identity.key}) : createServer()
  server.on('connect', (request, socket: Socket) => {
    const authorization = request.headers['proxy-authorization']
    asked.push({goal: request.url ?? '', authorization})
    socket.on('error', () => undefined)
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`
    if (wanted !== undefined && authorization !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    socket.on('close', () => upstream.destroy())
  })
  return {asked, ...(await listen(server))}
}

async function listen(server: Server): Promise<Running> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
