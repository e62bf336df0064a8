/** Passes an upgrade to the server behind, and ends the WebSocket after it as a fault asks for. */
import type {IncomingMessage} from 'node:http'
import type {Clock} from '../../../../core/ports.ts'
import type {WebSocketFrontEffect} from '../../../../core/proxy-effects.ts'
import type {HostPort} from '../../toxics/host-port.ts'
import type {Gate} from '../gate.ts'
import {type UpstreamTls, type Wire, dialUpstream, joinWires, resetWire} from '../wire.ts'
import {falsifyPongs} from './falsify-pongs.ts'
import {FrameEdges, closeFrame} from './frame-edges.ts'

/** So long a peer may take to answer a close frame. */
const CLOSE_PATIENCE = 1000

export interface UpgradeOrigin {
  readonly wire: Wire
  readonly secure: UpstreamTls | null
  readonly head: Buffer
}

export interface UpgradeFault {
  readonly upstream: HostPort
  readonly clock: Pick<Clock, 'after'>
  readonly gate: Gate<WebSocketFrontEffect> | null
}

export async function passUpgrade(
  request: IncomingMessage,
  {wire, secure, head}: UpgradeOrigin,
  {upstream, clock, gate}: UpgradeFault,
): Promise<void> {
  const server = await dialUpstream(upstream, secure)
  server.stream.write(requestBytes(request))
  if (head.length > 0) server.stream.write(head)
  if (!gate) {
    joinWires(wire, server)
    return
  }
  if (gate.effect.end === 'late-pongs' || gate.effect.end === 'old-pongs') {
    joinFalsified(wire, server, {gate, clock})
    return
  }
  const edges = new FrameEdges()
  wire.stream.pipe(server.stream)
  wire.socket.once('close', () => server.socket.destroy())
  server.socket.once('close', () => {
    if (!ended) resetWire(wire)
  })
  let due = false
  let ended = false
  const endNow = (): void => {
    ended = true
    server.stream.off('data', pass)
    wire.stream.unpipe(server.stream)
    server.socket.destroy()
    endWebSocket(wire, gate, clock)
  }
  const pass = (chunk: Buffer): void => {
    // A frame that has begun is passed to its end: half of one would be another fault.
    for (const piece of edges.split(chunk)) {
      if (ended) return
      wire.stream.write(piece)
      if (due && edges.atEdge) endNow()
    }
  }
  server.stream.on('data', pass)
  const cancel = clock.after(gate.effect.wait, () => {
    due = true
    if (edges.atEdge) endNow()
  })
  wire.socket.once('close', cancel)
}

/** The connection lives on when the fault is over; whichever side ends takes the other along. */
function joinFalsified(
  wire: Wire,
  server: Wire,
  {gate, clock}: {readonly gate: Gate<WebSocketFrontEffect>; readonly clock: Pick<Clock, 'after'>},
): void {
  const stop = falsifyPongs({client: wire.stream, server: server.stream, gate, clock})
  wire.socket.once('close', () => {
    stop()
    server.socket.destroy()
  })
  server.socket.once('close', () => wire.stream.end())
}

function endWebSocket(client: Wire, gate: Gate<WebSocketFrontEffect>, clock: Pick<Clock, 'after'>): void {
  const {end, code, reason} = gate.effect
  const {stream, socket} = client
  switch (end) {
    case 'close': {
      stream.write(closeFrame(code, reason))
      const done = (): void => void stream.end()
      const cancel = clock.after(CLOSE_PATIENCE, done)
      stream.once('data', done)
      socket.once('close', cancel)
      stream.resume()
      return
    }
    case 'fin':
      stream.resume()
      stream.end()
      return
    case 'silence':
      stream.resume()
      socket.once(
        'close',
        gate.whenOver(() => resetWire(client)),
      )
      return
    case 'reset':
    case 'refuse':
    case 'late-pongs':
    case 'old-pongs':
      resetWire(client)
  }
}

function requestBytes({method = 'GET', url = '/', rawHeaders}: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
