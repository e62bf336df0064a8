import {
  connect,
  type ConnectionOptions,
  type SecureContext,
  type TLSSocket,
  type TLSSocketOptions,
} from 'node:tls'
import type {
  ByteStream,
  NetError,
  StreamEvent,
  TlsConnection,
  TlsSettled,
  TlsTranscript,
  TlsUpgradeRequest,
  TlsUpgradeResult,
} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {systemClock} from './clock.ts'
import {toNetError} from './net-errors.ts'
import {withSocket} from './stream.ts'
import {tapStream, type TappedDuplex} from './tls-duplex.ts'

/** Everything that is remembered about one connection while its socket lives. */
interface Upgrade {
  readonly socket: TLSSocket
  readonly tap: TappedDuplex
  readonly stream: ByteStream
  readonly secrets: string[]
  session: Uint8Array | null
  error: NetError | null
}

/** Runs the client's side of the handshake; never throws for what the peer does. */
export async function upgradeToTls(
  context: SecureContext,
  request: TlsUpgradeRequest,
): Promise<TlsUpgradeResult> {
  if (request.signal.aborted) {
    request.stream.reset()
    return {status: 'aborted', transcript: {received: new Uint8Array(), cut: false, secrets: []}, took: 0}
  }
  return new Promise((resolve) => {
    const started = systemClock.now()
    const took = (): Millis => systemClock.now() - started
    const upgrade = start(context, request)
    const {socket} = upgrade
    const settle = (make: () => TlsUpgradeResult): void => {
      request.signal.removeEventListener('abort', onAbort)
      for (const name of ['error', 'end', 'close'] as const) socket.off(name, onEnd)
      socket.off('secureConnect', onSecure)
      resolve(make())
    }
    const onSecure = (): void => {
      const time = took()
      settle(() => ({status: 'secure', connection: connection(upgrade), took: time}))
    }
    const onEnd = (): void => {
      const time = took()
      const error = whyEnded(upgrade)
      settle(() => ({status: 'failed', error, transcript: transcript(upgrade), took: time}))
      socket.destroy()
    }
    const onAbort = (): void => {
      const time = took()
      settle(() => ({status: 'aborted', transcript: transcript(upgrade), took: time}))
      // First, or destroying the socket would end the connection in an orderly way.
      request.stream.reset()
      socket.destroy()
    }
    socket.once('secureConnect', onSecure)
    for (const name of ['error', 'end', 'close'] as const) socket.once(name, onEnd)
    request.signal.addEventListener('abort', onAbort, {once: true})
  })
}

function start(context: SecureContext, request: TlsUpgradeRequest): Upgrade {
  const tap = tapStream(request.stream)
  // The type of Node's options leaves out the one of them that `connect` hands on to the socket.
  const options: ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'> = {
    socket: tap.duplex,
    secureContext: context,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    requestOCSP: true,
    // An empty string keeps Node from deriving a name from elsewhere.
    servername: request.servername ?? '',
    ...(request.alpn.length > 0 ? {ALPNProtocols: [...request.alpn]} : {}),
    ...(request.session ? {session: Buffer.from(request.session)} : {}),
  }
  const socket = connect(options)
  const upgrade: Upgrade = {socket, tap, stream: request.stream, secrets: [], session: null, error: null}
  socket.on('keylog', (line) => upgrade.secrets.push(line.toString('latin1')))
  socket.on('session', (session) => {
    upgrade.session = session
  })
  // Stays for the socket's life: an error event without a listener would end the process.
  socket.on('error', (error) => {
    upgrade.error ??= toNetError(error)
  })
  return upgrade
}

function transcript(upgrade: Upgrade): TlsTranscript {
  return {received: upgrade.tap.received(), cut: upgrade.tap.cut(), secrets: [...upgrade.secrets]}
}

/**
 * What OpenSSL said counts most: an alert is often followed by a reset. Node calls an orderly end before the
 * handshake is complete ECONNRESET as well, so the transport is asked which of the two it was.
 */
function whyEnded(upgrade: Upgrade): NetError {
  const {error, tap} = upgrade
  if (error && isLibraryError(error)) return error
  if (tap.error()) return tap.error() ?? END
  return tap.ended() ? END : (error ?? END)
}

const END: NetError = {code: 'EOF', message: 'the peer ended the connection'}

function isLibraryError(error: NetError): boolean {
  return error.code !== 'ECONNRESET' && error.syscall === undefined
}

function connection(upgrade: Upgrade): TlsConnection {
  const {socket} = upgrade
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    resumed: socket.isSessionReused(),
    certificate: socket.getPeerX509Certificate()?.raw ?? null,
    stream: plainStream(upgrade),
    transcript: () => transcript(upgrade),
    session: () => upgrade.session,
    settled: async (signal) => settled(upgrade, signal),
  }
}

const WAKING = ['readable', 'session', 'end', 'error', 'close'] as const

/** Resolves at the next event that may have changed something, or on abort. */
async function nextEvent(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      for (const name of WAKING) socket.off(name, wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    for (const name of WAKING) socket.on(name, wake)
    signal.addEventListener('abort', wake, {once: true})
  })
}

async function settled(upgrade: Upgrade, signal: AbortSignal): Promise<TlsSettled> {
  const {socket, tap} = upgrade
  for (;;) {
    if (tap.error() || upgrade.error) return {type: 'error', error: whyEnded(upgrade)}
    // Before TLS 1.3 the server's own Finished proves that it has accepted ours.
    if (socket.getProtocol() !== 'TLSv1.3') return {type: 'accepted'}
    if (upgrade.session !== null || socket.readableLength > 0) return {type: 'accepted'}
    if (socket.readableEnded || socket.destroyed) return {type: 'end'}
    if (signal.aborted) return {type: 'aborted'}
    // Reads nothing, but lets an end that has arrived be announced.
    socket.read(0)
    await nextEvent(socket, signal)
  }
}

/** The decrypted bytes as a stream of the same kind as the one below. */
function plainStream(upgrade: Upgrade): ByteStream {
  const {socket, tap, stream} = upgrade
  const plain: ByteStream = {
    local: stream.local,
    remote: stream.remote,
    write: async (data) =>
      new Promise((resolve) => {
        socket.write(data, (error) => resolve(error ? (upgrade.error ?? toNetError(error)) : null))
      }),
    read: async (signal): Promise<StreamEvent> => {
      for (;;) {
        const chunk: unknown = socket.read()
        if (chunk instanceof Uint8Array) return {type: 'data', data: chunk}
        if (tap.error() || upgrade.error) return {type: 'error', error: whyEnded(upgrade)}
        if (socket.readableEnded || socket.destroyed) return {type: 'end'}
        if (signal.aborted) return {type: 'aborted'}
        await nextEvent(socket, signal)
      }
    },
    close: () => {
      socket.end()
      // Node ends the transport once close_notify is written; nothing more is read.
      socket.destroySoon()
    },
    reset: () => {
      stream.reset()
      socket.destroy()
    },
  }
  return withSocket(plain, socket)
}
