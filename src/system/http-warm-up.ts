import type {Socket} from 'node:net'
import {Duplex} from 'node:stream'
import type {ByteStream} from '../core/ports.ts'
import {exchange, type Undici} from './http-exchange.ts'
import {withSocket} from './stream.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok'

/**
 * Makes one exchange with nobody. The first one of a process compiles undici's parser, which takes longer than a whole
 * request on loopback; a single sample would report that as the server's time.
 */
export async function warmUpHttp(undici: Undici): Promise<void> {
  await exchange(undici, {
    stream: nowhere(),
    version: '1.1',
    secure: false,
    authority: 'nowhere.invalid',
    method: 'GET',
    path: '/',
    headers: [],
    body: null,
    keep: 16,
    limit: 16,
    signal: new AbortController().signal,
  })
}

/** Answers whatever is written to it. */
function nowhere(): ByteStream {
  const duplex = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      done()
      duplex.push(ANSWER)
    },
  })
  const end = (): void => void duplex.destroy()
  const stream: ByteStream = {
    local: '',
    remote: '',
    write: async () => Promise.resolve(null),
    read: async () => Promise.resolve({type: 'end'}),
    close: end,
    reset: end,
  }
  // undici asks a socket for what a plain stream lacks only where it is there.
  return withSocket(stream, duplex as unknown as Socket)
}
