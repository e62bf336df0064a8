/** A real BIND on loopback with one zone. */
import {spawn, spawnSync} from 'node:child_process'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'

export interface Bind9 {
  readonly port: number
  stop(): Promise<void>
}

/** Null where `named` is not installed. */
export async function startBind9(zone: string, records: string): Promise<Bind9 | null> {
  return startNamed(async (folder, port) => {
    await writeFile(join(folder, 'zone'), records)
    return configuration(folder, zone, port)
  })
}

/** Starts `named` with a configuration for its folder and a free port; null where it is not installed. */
export async function startNamed(
  configure: (folder: string, port: number) => Promise<string>,
): Promise<Bind9 | null> {
  if (spawnSync('named', ['-V']).error) return null
  const folder = await mkdtemp(join(tmpdir(), 'nd-bind9-'))
  const port = await freePort()
  await writeFile(join(folder, 'named.conf'), await configure(folder, port))
  const child = spawn('named', ['-g', '-n', '1', '-c', join(folder, 'named.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  const said: string[] = []
  const lines = createInterface({input: child.stderr})
  const running = new Promise<boolean>((resolve) => {
    lines.on('line', (line) => {
      said.push(line)
      if (/\brunning$/.test(line)) resolve(true)
    })
    lines.on('close', () => resolve(false))
  })
  const stop = async (): Promise<void> => {
    child.kill()
    await ended
    await rm(folder, {recursive: true, force: true})
  }
  if (await running) return {port, stop}
  await stop()
  throw new Error(`named ended:\n${said.slice(-20).join('\n')}`)
}

function configuration(folder: string, zone: string, port: number): string {
  return `
    options {
      directory "${folder}"; pid-file none; session-keyfile none; managed-keys-directory "${folder}";
      listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
      max-udp-size 4096; recursion no; dnssec-validation no; minimal-responses no; check-names master ignore;
      rate-limit { responses-per-second 0; };
    };
    controls { };
    zone "${zone}" { type primary; file "${join(folder, 'zone')}"; check-integrity no; };
  `
}

/** A free UDP port of loopback; somebody else may take it at any time. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const {port} = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}
