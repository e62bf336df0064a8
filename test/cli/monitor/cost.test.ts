/** What watching costs: octets of a check as the server counts them, processor time while nothing happens and while it is tried again, memory. */
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {type Server, type Socket, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {freePort} from '../../support/nginx-tls.ts'
import {requireBundle, startProgram} from '../../support/program.ts'

const INTERVAL_MS = 500
const QUIET_MS = 7000
const GONE_MS = 4000

/** Echoes, and counts what it was sent. */
class Echo {
  readonly port: number
  octets = 0
  messages = 0
  connections = 0
  readonly #live = new Set<Socket>()
  #server: Server | null = null

  constructor(port: number) {
    this.port = port
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => {
      this.connections += 1
      this.#live.add(socket)
      socket.on('close', () => this.#live.delete(socket))
      socket.on('error', () => socket.destroy())
      socket.on('data', (data) => {
        this.octets += data.length
        this.messages += data.toString('latin1').split('\n').length - 1
        socket.write(data)
      })
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
  }

  async end(): Promise<void> {
    for (const socket of this.#live) socket.resetAndDestroy()
    const server = this.#server
    this.#server = null
    if (server) await new Promise<void>((resolve) => void server.close(() => resolve()))
  }
}

interface Cost {
  readonly at: number
  /** Seconds of processor time of all processes. */
  readonly cpu: number
  readonly resident: number
  readonly octets: number
  readonly messages: number
}

const cleanUp: (() => unknown)[] = []
afterAll(async () => {
  for (const each of cleanUp.toReversed()) await each()
})
beforeAll(requireBundle)

async function begin(): Promise<{readonly echo: Echo; readonly look: () => Promise<Cost>}> {
  const folder = await mkdtemp(join(tmpdir(), 'netdrill-cost-'))
  cleanUp.push(async () => rm(folder, {recursive: true, force: true}))
  const echo = new Echo(await freePort())
  await echo.listen()
  cleanUp.push(async () => echo.end())
  const file = join(folder, 'cost.yaml')
  const policy = '{initial_delay_ms: 500, max_delay_ms: 500, backoff_multiplier: 1, max_attempts: 0}'
  const target = `{url: "tcp://127.0.0.1:${echo.port}", keep: true, interval: ${INTERVAL_MS}ms, timeout: 300ms, policy: again}`
  await writeFile(file, `version: 1\npolicies:\n  again: ${policy}\ntargets:\n  echo: ${target}\n`)
  const port = await freePort()
  const words = ['monitor', file, '--json', '--listen', `127.0.0.1:${port}`]
  const {child, result} = startProgram(words)
  cleanUp.push(async () => {
    child.kill('SIGTERM')
    await result
  })
  return {echo, look: async () => lookAt(port, echo)}
}

async function lookAt(port: number, {octets, messages}: Echo): Promise<Cost> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const sum = (name: string): number => {
    const lines = [...text.matchAll(new RegExp(`^${name}\\{process="(?:main|prober)"\\} (\\S+)`, 'gm'))]
    expect(lines, `both processes have ${name}`).toHaveLength(2)
    return lines.reduce((total, line) => total + Number(line[1]), 0)
  }
  const cpu = sum('netdrill_process_cpu_seconds_total')
  return {
    at: performance.now() / 1000,
    cpu,
    resident: sum('netdrill_process_resident_bytes'),
    octets,
    messages,
  }
}

/** The share of one processor between two looks. */
function share(before: Cost, after: Cost): number {
  return (after.cpu - before.cpu) / (after.at - before.at)
}

/** A window of time is what is measured here: nothing has to happen in it. */
async function pass(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

it('costs few octets a check, little processor time, and no memory that grows', async () => {
  const {echo, look} = await begin()
  await expect.poll(() => echo.messages, {timeout: 20_000}).toBeGreaterThan(4)
  const start = await look()
  await pass(QUIET_MS)
  const quiet = await look()
  const checks = quiet.messages - start.messages
  expect(checks).toBeGreaterThan(5)
  // A word and a nonce; the server sends the same back.
  expect((2 * (quiet.octets - start.octets)) / checks).toBeLessThan(100)
  expect(share(start, quiet)).toBeLessThan(0.05)
  expect(echo.connections).toBe(1)

  await echo.end()
  await pass(GONE_MS)
  const gone = await look()
  // Two attempts a second, each with its failure told.
  expect(share(quiet, gone)).toBeLessThan(0.1)
  expect(share(quiet, gone) / share(start, quiet)).toBeLessThan(10)
  await echo.listen()
  await expect.poll(() => echo.messages, {timeout: 10_000}).toBeGreaterThan(quiet.messages + 3)
  const end = await look()
  expect(end.resident / quiet.resident).toBeLessThan(1.3)
}, 60_000)
