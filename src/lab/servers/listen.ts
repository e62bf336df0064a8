import type {AddressInfo, Server} from 'node:net'
import type {MptcpDoor} from '../../core/mptcp-port.ts'
import type {Random} from '../../core/ports.ts'

/**
 * Free ports are taken from below the range that Linux uses for outgoing connections (32768 and up). A port inside it
 * could be taken by some connection while a proxy refuses, or a connection to a closed port could meet itself.
 */
const FIRST_PORT = 20_000
const LAST_PORT = 32_000
const TRIES = 50

/** A listening server. */
export interface Listener {
  readonly address: string
  readonly port: number
  /** Stops listening at once: the kernel refuses from then on. Connections go on. */
  close(): Promise<void>
}

/** Listens on `port`, or on a free one when it is 0. Rejects with Node's error, such as EADDRINUSE. */
export async function listen(
  server: Server,
  address: string,
  port: number,
  random: Random,
): Promise<Listener> {
  if (port !== 0) return listenOn(server, address, port)
  for (let tries = 0; tries < TRIES; tries++) {
    const guess = FIRST_PORT + Math.floor(random.next() * (LAST_PORT - FIRST_PORT))
    const listener = await listenOn(server, address, guess).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null
      throw error
    })
    if (listener) return listener
  }
  return listenOn(server, address, 0)
}

/** Node has no option for it: it takes a socket that is bound already. */
export async function listenByMptcp(
  server: Server,
  where: {readonly address: string; readonly port: number},
  door: Pick<MptcpDoor, 'bind'>,
): Promise<Listener> {
  const bound = await door.bind(where)
  if (bound.status === 'bound') return listenWith(server, {fd: bound.descriptor})
  throw new Error(`no MPTCP socket (${bound.error.code ?? ''}): ${bound.error.message}`)
}

async function listenOn(server: Server, host: string, port: number): Promise<Listener> {
  return listenWith(server, {host, port})
}

async function listenWith(
  server: Server,
  where: {readonly host: string; readonly port: number} | {readonly fd: number},
): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => reject(error)
    server.once('error', fail)
    server.listen(where, () => {
      server.off('error', fail)
      resolve()
    })
  })
  server.on('error', () => {})
  const bound = server.address() as AddressInfo
  return {
    address: bound.address,
    port: bound.port,
    // The listening socket is closed by the call itself; only the callback waits for the connections.
    close: async () => {
      server.close()
      return Promise.resolve()
    },
  }
}
