/** WebSockets that send every message back and answer pings (RFC 6455): what a lab's HTTP server makes of an upgrade. */
import {createHash} from 'node:crypto'
import type {Server} from 'node:http'
import type {Duplex} from 'node:stream'

/** RFC 6455 §1.3. */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** A longer message ends the connection: nobody needs one to see whether it lives. */
const LONGEST = 1_048_576
const CLOSE = 8
const PING = 9
const PONG = 10

interface Frame {
  /** FIN and opcode, as they came. */
  readonly first: number
  readonly payload: Buffer
  readonly size: number
}

/** A request without a key is no WebSocket and is hung up on. */
export function echoWebSockets(server: Server): void {
  server.on('upgrade', ({headers}, socket: Duplex, head: Buffer) => {
    const key = headers['sec-websocket-key']
    if (typeof key !== 'string') {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
      return
    }
    const accept = createHash('sha1').update(`${key}${MAGIC}`).digest('base64')
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
    socket.write(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`)
    echoFrames(socket, head)
  })
}

function echoFrames(socket: Duplex, head: Buffer): void {
  let rest = head
  const take = (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk])
    for (let frame = readFrame(rest); frame !== null; frame = readFrame(rest)) {
      if (frame === 'wrong') {
        socket.destroy()
        return
      }
      rest = rest.subarray(frame.size)
      answer(socket, frame)
    }
  }
  socket.on('error', () => socket.destroy())
  socket.on('data', take)
  take(Buffer.alloc(0))
}

function answer(socket: Duplex, {first, payload}: Frame): void {
  const opcode = first & 0x0f
  if (opcode === PONG || socket.writableEnded) return
  const reply = opcode === PING ? (first & 0xf0) | PONG : first
  socket.write(Buffer.concat([frameHead(reply, payload.length), payload]))
  if (opcode === CLOSE) socket.end()
}

function frameHead(first: number, length: number): Buffer {
  if (length < 126) return Buffer.of(first, length)
  const head = Buffer.alloc(length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = length < 65_536 ? 126 : 127
  if (length < 65_536) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** Null while it isn't complete; wrong when a client doesn't mask (RFC 6455 §5.1) or says too much. */
function readFrame(bytes: Buffer): Frame | 'wrong' | null {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return null
  if ((second & 0x80) === 0) return 'wrong'
  const short = second & 0x7f
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  const begin = 2 + extra + 4
  if (bytes.length < begin) return null
  const length = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (length > LONGEST) return 'wrong'
  if (bytes.length < begin + length) return null
  const mask = bytes.subarray(begin - 4, begin)
  const payload = bytes.subarray(begin, begin + length).map((octet, at) => octet ^ (mask[at % 4] ?? 0))
  return {first, payload: Buffer.from(payload), size: begin + length}
}
