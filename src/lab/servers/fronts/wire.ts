import net, {type Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import tls from 'node:tls'
import type {HostPort} from '../toxics/host-port.ts'

/** One side of a connection: what is said, maybe inside TLS, and the TCP socket below. */
export interface Wire {
  readonly stream: Duplex
  readonly socket: Socket
}

/** A true RST, whatever is written or waits. */
export function resetWire({socket}: Wire): void {
  if (socket.destroyed) return
  if (socket.connecting) socket.destroy()
  else socket.resetAndDestroy()
}

/** Bytes pass both ways, an end as an end, and anything else as a reset. */
export function joinWires(one: Wire, other: Wire): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.stream.pipe(to.stream)
    from.stream.on('error', () => resetWire(to))
    from.socket.on('error', () => resetWire(to))
    from.socket.once('close', () => {
      if (!from.stream.readableEnded) resetWire(to)
    })
  }
}

export interface UpstreamTls {
  readonly serverName: string
  readonly alpn: readonly string[]
}

/** Connects to the server behind; with TLS, whatever its certificate: the front is not the one to judge it. */
export async function dialUpstream({address, port}: HostPort, secure: UpstreamTls | null): Promise<Wire> {
  const socket = net.connect({host: address, port, allowHalfOpen: true, noDelay: true})
  const stream = secure === null ? socket : wrap(socket, secure)
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(error)
    socket.once('error', fail)
    stream.once('error', fail)
    stream.once(secure === null ? 'connect' : 'secureConnect', () => {
      socket.off('error', fail)
      stream.off('error', fail)
      // Somebody else listens later; an error in between must not end the process.
      socket.on('error', () => {})
      stream.on('error', () => {})
      resolve({stream, socket})
    })
  })
}

function wrap(socket: Socket, {serverName, alpn}: UpstreamTls): tls.TLSSocket {
  return tls.connect({
    socket,
    rejectUnauthorized: false,
    ...(serverName === '' ? {} : {servername: serverName}),
    ...(alpn.length === 0 ? {} : {ALPNProtocols: [...alpn]}),
  })
}

/** What the server agreed to; empty for a wire without TLS or ALPN. */
export function protocolOf({stream}: Wire): string {
  return stream instanceof tls.TLSSocket && typeof stream.alpnProtocol === 'string' ? stream.alpnProtocol : ''
}
