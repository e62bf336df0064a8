/** Real servers for the TLS probe: Node's own, openssl s_server, and raw sockets that follow a script. */
import {spawn} from 'node:child_process'
import {createServer, type AddressInfo, type Server, type Socket} from 'node:net'
import {createServer as createTlsServer, type TlsOptions} from 'node:tls'

export interface Running {
  readonly port: number
  stop(): Promise<void>
}

/** Node's TLS server; echoes nothing, keeps connections open. */
export async function nodeTls(options: TlsOptions): Promise<Running> {
  const server = createTlsServer(options, (socket) => {
    socket.on('error', () => undefined)
    socket.resume()
  })
  server.on('tlsClientError', () => undefined)
  return listen(server)
}

/** A raw server that does with each connection what the script says. */
export async function rawServer(script: (socket: Socket) => void): Promise<Running> {
  return listen(
    createServer({allowHalfOpen: true}, (socket) => {
      socket.on('error', () => undefined)
      script(socket)
    }),
  )
}

/** Answers the first bytes of the client with `bytes`, then keeps the connection open. */
export async function answering(bytes: Uint8Array | string): Promise<Running> {
  return rawServer((socket) => socket.once('data', () => socket.write(bytes)))
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

/** `openssl s_server` on a free port. It prints the port when asked for port 0. */
export async function opensslServer(args: readonly string[], cwd: string): Promise<Running> {
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...args], {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const match = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(text)
      if (match) resolve(Number(match[1]))
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', () => reject(new Error(`openssl s_server ended: ${text}`)))
  })
  return {
    port,
    stop: async () => {
      const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A plaintext alert record. */
export function alertRecord(number: number, level = 2): Uint8Array {
  return Uint8Array.of(21, 3, 3, 0, 2, level, number)
}
