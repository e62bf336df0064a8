import type {Socket} from 'node:net'
import tls from 'node:tls'
import type {TlsFrontEffect, TlsVersionName} from '../../../core/proxy-effects.ts'
import type {Material} from './front-certificate.ts'

export interface Termination {
  readonly material: Material
  readonly limits: Pick<TlsFrontEffect, 'minVersion' | 'maxVersion' | 'ciphers'>
  /** All that the front agrees to; empty: it knows no ALPN. */
  readonly alpn: readonly string[]
}

const OLD: readonly (TlsVersionName | undefined)[] = ['TLSv1', 'TLSv1.1']

/** Does the handshake as a server; null when it fails, for whatever reason: the client has been told by an alert. */
export async function terminateTls(
  socket: Socket,
  {material, limits, alpn}: Termination,
): Promise<tls.TLSSocket | null> {
  const {minVersion, maxVersion, ciphers} = limits
  const old = OLD.includes(minVersion) || OLD.includes(maxVersion)
  const list = ciphers ?? tls.DEFAULT_CIPHERS
  const server = tls.createServer({
    cert: material.certificate,
    key: material.key,
    ciphers: old || material.weak ? `${list}:@SECLEVEL=0` : list,
    ...(alpn.length === 0 ? {} : {ALPNProtocols: [...alpn]}),
    // An old maximum needs an old minimum.
    ...(minVersion === undefined ? (old ? {minVersion: 'TLSv1'} : {}) : {minVersion}),
    ...(maxVersion === undefined ? {} : {maxVersion}),
    allowHalfOpen: true,
  })
  server.on('OCSPRequest', (_certificate, _issuer, answer: (error: null, response: Buffer | null) => void) =>
    answer(null, material.stapled),
  )
  return new Promise((resolve) => {
    const fail = (): void => resolve(null)
    server.once('secureConnection', (secured) => {
      socket.off('close', fail)
      secured.on('error', () => {})
      resolve(secured)
    })
    server.once('tlsClientError', fail)
    socket.once('close', fail)
    server.emit('connection', socket)
  })
}
