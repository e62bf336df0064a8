/** Runs inside a network namespace: the servers that a JSON argument names, until standard input ends. */
import {createServer as createHttp, type RequestListener} from 'node:http'
import {createServer as createHttps} from 'node:https'
import {createServer, type Server, type Socket} from 'node:net'
import {openPorts} from '../../../src/app/ports.ts'
import {startDns} from '../../../src/lab/servers/dns/server.ts'

export type ServeWorld =
  | {readonly kind: 'dns'; readonly address: string; readonly options: Readonly<Record<string, unknown>>}
  | {
      readonly kind: 'http'
      readonly address: string
      readonly port: number
      readonly status?: number
      readonly delay?: number
      readonly location?: string
      /** The Date header is off by so much. */
      readonly skew?: number
      readonly tls?: {readonly cert: string; readonly key: string}
    }
  | {
      readonly kind: 'tcp'
      readonly address: string
      readonly port: number
      readonly manner: 'silent' | 'reset' | 'close' | 'banner'
    }

const MANNERS: Readonly<Record<(ServeWorld & {kind: 'tcp'})['manner'], (socket: Socket) => void>> = {
  silent: (socket) => socket.resume(),
  reset: (socket) => socket.resetAndDestroy(),
  close: (socket) => socket.end(),
  banner: (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
}

async function serve(spec: ServeWorld): Promise<void> {
  if (spec.kind === 'dns') {
    const {clock, random, programs} = openPorts(1)
    const {address, options} = spec
    await startDns({address, port: 53, names: [], options, clock, random, programs})
    return
  }
  await listen(spec.kind === 'tcp' ? tcpServer(spec) : httpServer(spec), spec.port, spec.address)
}

function tcpServer({manner}: ServeWorld & {kind: 'tcp'}): Server {
  return createServer((socket) => {
    socket.on('error', () => {})
    MANNERS[manner](socket)
  })
}

function httpServer({status = 200, delay = 0, location, skew = 0, tls}: ServeWorld & {kind: 'http'}): Server {
  const answer: RequestListener = (_request, response) => {
    response.setHeader('Date', new Date(Date.now() + skew).toUTCString())
    if (location !== undefined) response.setHeader('Location', location)
    setTimeout(() => {
      response.writeHead(status)
      response.end('hello')
    }, delay)
  }
  return tls ? createHttps(tls, answer) : createHttp(answer)
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

const specs = JSON.parse(process.argv[2] ?? '[]') as readonly ServeWorld[]
await Promise.all(specs.map(serve))
process.stdout.write('ready\n')
process.stdin.resume().on('end', () => process.exit(0))
