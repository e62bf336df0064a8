import net from 'node:net'
import tls from 'node:tls'
import type * as z from 'zod'
import {answerAfter, misbehave} from './behaviour.ts'
import {makeAuthority} from './certificates/certificate.ts'
import {runTcpServer} from './connections.ts'
import type {ServeRequest, StartServer} from './server.ts'
import {echo} from './tcp-echo.ts'
import {tlsEchoOptions} from './options.ts'
import {parseOptions} from './parse-options.ts'

const DAY = 86_400_000

/**
 * Echoes inside TLS, with a certificate made at the start by an authority made at the start. With a delay the
 * handshake waits: the client's first bytes are looked at only after it.
 */
export const startTlsEcho: StartServer = async (request) => {
  const options = parseOptions(tlsEchoOptions, request.options)
  const {authority, leaf} = makeCertificates(request, options)
  const server = tls.createServer(
    {
      cert: leaf.certificate,
      key: leaf.key,
      maxVersion: options.max_version,
      ...(options.alpn === undefined ? {} : {ALPNProtocols: options.alpn}),
    },
    (socket) => {
      socket.on('error', () => socket.destroy())
      echo(socket, request, 0)
    },
  )
  // A client that gives up or distrusts the certificate is its own business.
  server.on('tlsClientError', () => {})
  const front = net.createServer({noDelay: true}, (socket) => {
    if (misbehave(options.behaviour, socket)) return
    answerAfter(request.clock, options.delay, () => {
      if (!socket.destroyed) server.emit('connection', socket)
    })
  })
  return {...(await runTcpServer(front, request)), ca: authority.certificate, authority}
}

function makeCertificates(
  request: ServeRequest,
  options: z.output<typeof tlsEchoOptions>,
): {authority: ReturnType<typeof makeAuthority>; leaf: {certificate: string; key: string}} {
  const now = request.clock.wall()
  const to = now + options.days_left * DAY
  // An hour of grace for clocks that differ; a leaf never starts after it ends.
  const from = Math.min(now - DAY / 24, to - DAY)
  const authority = makeAuthority(
    'netdrill lab authority',
    new Date(from - DAY),
    new Date(Math.max(now, to) + DAY),
  )
  const names = options.names ?? [...new Set([...request.names, 'localhost', request.address])]
  const leaf = authority.issue({names, from: new Date(from), to: new Date(to)})
  return {authority, leaf}
}
