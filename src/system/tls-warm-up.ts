import {Duplex} from 'node:stream'
import {connect, type SecureContext} from 'node:tls'

let warm: Promise<void> | null = null

/**
 * Makes one ClientHello into the void, once per process. The first handshake of a process loads Node's and
 * OpenSSL's code and fetches every algorithm, which takes ten times as long as a whole handshake on loopback; a
 * single sample would report that as the server's time.
 */
export async function warmUpTls(context: SecureContext): Promise<void> {
  warm ??= new Promise((resolve) => {
    const nowhere = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        done()
        setImmediate(() => socket.destroy())
      },
    })
    const socket = connect({
      socket: nowhere,
      secureContext: context,
      rejectUnauthorized: false,
      servername: '',
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
  })
  return warm
}
