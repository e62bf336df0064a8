/** Ends a TLS handshake where and how it was asked for. */
import type {Random} from '../../../core/ports.ts'
import type {HandshakeEnd, HandshakePoint} from '../../../core/proxy-effects.ts'
import {firstRecordEnd} from './client-hello.ts'
import {type Wire, resetWire} from './wire.ts'

/** Enough to look like something, and more than a record's header. */
const GARBAGE_BYTES = 64
const PLAINTEXT =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nno TLS here\n'
const WARNING = 1
const FATAL = 2

/** RFC 8446 §6: an alert in a record of its own; `close_notify` and `user_canceled` are warnings, as there. */
export function alertRecord(number: number): Buffer {
  const level = number === 0 || number === 90 ? WARNING : FATAL
  return Buffer.of(21, 3, 3, 0, 2, level, number)
}

/** `whenOver` is called back when the fault ends: who is kept in silence is reset then. */
export function endClient(
  client: Wire,
  how: HandshakeEnd,
  {random, whenOver}: {readonly random: Random; readonly whenOver: (act: () => void) => () => void},
): void {
  const {socket} = client
  switch (how) {
    case 'silence':
      socket.resume()
      socket.once(
        'close',
        whenOver(() => resetWire(client)),
      )
      return
    case 'fin':
      socket.resume()
      socket.end()
      return
    case 'reset':
      resetWire(client)
      return
    case 'malformed':
      socket.resume()
      socket.end(malformed(random))
      return
    case 'garbage':
      socket.resume()
      socket.end(garbage(random))
      return
    case 'plaintext':
      socket.resume()
      socket.end(PLAINTEXT)
  }
}

/** Passes bytes until the point is reached, then calls back; neither side hears anything of the other after that. */
export function passUntil(
  point: Exclude<HandshakePoint, 'hello'>,
  {client, upstream}: {readonly client: Wire; readonly upstream: Wire},
  reached: () => void,
): void {
  let answer: Buffer = Buffer.alloc(0)
  let over = false
  const stop = (): void => {
    over = true
    upstream.socket.removeAllListeners('data')
    client.socket.removeAllListeners('data')
    upstream.socket.destroy()
    reached()
  }
  upstream.socket.once('close', () => {
    if (!over) resetWire(client)
  })
  client.socket.once('close', () => upstream.socket.destroy())
  client.socket.on('data', (chunk: Buffer) => {
    // What the client says after the server has spoken is its last flight.
    if (point === 'finished' && answer.length > 0) stop()
    else upstream.socket.write(chunk)
  })
  upstream.socket.on('data', (chunk: Buffer) => {
    if (point === 'finished') {
      answer = chunk
      client.socket.write(chunk)
      return
    }
    answer = Buffer.concat([answer, chunk])
    if (answer.length < 5 || answer.length < firstRecordEnd(answer)) return
    client.socket.write(answer.subarray(0, firstRecordEnd(answer)), () => stop())
    upstream.socket.pause()
  })
  client.socket.resume()
}

/** A record that says ServerHello, and nothing that follows from it. */
function malformed(random: Random): Buffer {
  const bytes = garbage(random)
  return Buffer.concat([Buffer.of(22, 3, 3, 0, bytes.length + 4, 2, 0, 0, bytes.length), bytes])
}

/** Random bytes whose first is no content type of TLS (RFC 8446 §5.1). */
function garbage(random: Random): Buffer {
  const bytes = Buffer.alloc(GARBAGE_BYTES)
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(random.next() * 256)
  bytes[0] = 0x80 | (bytes[0] ?? 0)
  return bytes
}
