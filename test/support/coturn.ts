/** Debian's coturn on loopback. */
import {spawn} from 'node:child_process'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {connect, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const PROGRAM = ['/usr/bin/turnserver', '/usr/sbin/turnserver'].find((path) => existsSync(path))

export const hasCoturn = PROGRAM !== undefined

export interface Coturn {
  readonly port: number
  readonly tlsPort: number
  stop(): Promise<void>
}

/** A port that is free for UDP and TCP here and now. */
async function freePort(): Promise<number> {
  const udp = createSocket('udp4')
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  const {port} = udp.address()
  await new Promise<void>((resolve) => udp.close(resolve))
  const tcp = createServer().listen(port, '127.0.0.1')
  const isFree = await Promise.race([
    once(tcp, 'listening').then(() => true),
    once(tcp, 'error').then(() => false),
  ])
  tcp.close()
  return isFree ? port : freePort()
}

/** Ready for TCP and UDP; both are opened before the first connection is accepted. */
export async function startCoturn(more: readonly string[]): Promise<Coturn> {
  if (PROGRAM === undefined) throw new Error('coturn is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'nd-turn-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  const args = [
    ...['-n', '--no-cli', '--no-dtls', '--listening-ip', '127.0.0.1', '--relay-ip', '127.0.0.1'],
    ...['--listening-port', String(port), '--tls-listening-port', String(tlsPort)],
    ...['--log-file', 'stdout', '--pidfile', join(folder, 'pid'), '--userdb', join(folder, 'db')],
    ...more,
  ]
  const server = spawn(PROGRAM, args, {stdio: ['ignore', 'pipe', 'pipe'], cwd: folder})
  server.stdout.resume()
  server.stderr.resume()
  const stop = async (): Promise<void> => {
    if (server.exitCode === null) {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    }
    await rm(folder, {recursive: true})
  }
  for (let round = 0; round < 100; round++) {
    if (await accepts(port)) return {port, tlsPort, stop}
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stop()
  throw new Error('coturn does not answer')
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
