import {Duplex} from 'node:stream'
import type {Socket} from 'node:net'
import type {Undici} from './http-exchange.ts'
import {clientOver} from './http-client.ts'

const ANSWER = 'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'

/**
 * Makes one exchange with nobody. The first one of a process compiles undici's parser, which takes longer than a whole
 * request on loopback; a single sample would report that as the server's time.
 */
export async function warmUpHttp(undici: Undici): Promise<void> {
  const nowhere = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      done()
      nowhere.push(ANSWER)
      nowhere.push(null)
    },
  })
  // undici asks a socket for what these do only where it has them.
  const client = clientOver(undici, nowhere as unknown as Socket, 'http://nowhere.invalid')
  await new Promise<void>((resolve) => {
    client.dispatch(
      {method: 'GET', path: '/'},
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => resolve(),
        onResponseError: () => resolve(),
      },
    )
  })
  await client.destroy()
}
