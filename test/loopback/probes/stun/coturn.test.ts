import {type ChildProcess, spawn} from 'node:child_process'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {stun} from '../../../../src/probes/stun/probe.ts'
import {measureOnce} from '../../../support/measure-once.ts'

const PROGRAM = ['/usr/bin/turnserver', '/usr/sbin/turnserver'].find((path) => existsSync(path))
let server: ChildProcess
let folder: string
let port: number

/** A port that is free here and now, with the next one, which coturn takes as its second. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const found = socket.address().port
  await new Promise<void>((resolve) => socket.close(resolve))
  return found < 65_000 ? found : freePort()
}

beforeAll(async () => {
  if (PROGRAM === undefined) return
  folder = await mkdtemp(join(tmpdir(), 'nd-turn-'))
  port = await freePort()
  const args = [
    ...['-n', '--no-cli', '--no-tls', '--no-dtls', '--no-auth', '--allow-loopback-peers'],
    ...['--listening-ip', '127.0.0.1', '--listening-ip', '127.0.0.2', '--relay-ip', '127.0.0.1'],
    ...['--listening-port', String(port), '--alt-listening-port', String(port + 1)],
    ...['--log-file', 'stdout', '--pidfile', join(folder, 'pid'), '--userdb', join(folder, 'db')],
  ]
  server = spawn(PROGRAM, args, {stdio: ['ignore', 'pipe', 'pipe'], cwd: folder})
  server.stdout?.resume()
  server.stderr?.resume()
  for (let round = 0; round < 50; round++) {
    const outcome = await measureOnce(stun, `stun://127.0.0.1:${port}`, {timeout: 200})
    if (outcome.status === 'ok') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('coturn does not answer')
})

afterAll(async () => {
  if (PROGRAM === undefined) return
  const ended = once(server, 'exit')
  server.kill('SIGKILL')
  await ended
  await rm(folder, {recursive: true})
})

test('coturn sees where we are', async (ctx) => {
  if (PROGRAM === undefined) ctx.skip('needs coturn')
  const outcome = await measureOnce(stun, `stun://127.0.0.1:${port}`)
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {stun: {nat: false, legacy: false, software: expect.stringMatching(/^Coturn/) as string}},
  })
})

test('without a NAT the mapping is endpoint-independent, by the second address of coturn', async (ctx) => {
  if (PROGRAM === undefined) ctx.skip('needs coturn')
  const outcome = await measureOnce(stun, `stun://127.0.0.1:${port}`, {options: {mapping: true}})
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {
      stun: {
        mapping: 'endpoint-independent',
        requests: 3,
        others: [{server: `127.0.0.2:${port}`}, {server: `127.0.0.2:${port + 1}`}],
      },
    },
  })
})
