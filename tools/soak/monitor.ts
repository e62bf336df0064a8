/** Whether a long watch stays as it is: memory, open files and threads of its processes, looked at again and again. */
import {spawn} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {type AddressInfo, type Server, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {inRoot} from '../set-up/paths.mjs'
import {type ProcessCost, costOf, familyOf} from '../support/living-processes.ts'

export interface SoakRequest {
  readonly seconds: number
  readonly targets: number
  /** Between two samples of a target, in milliseconds. */
  readonly interval: number
}

/** One look at all processes of the watch together. */
export interface Look {
  readonly seconds: number
  readonly megabytes: number
  readonly files: number
  readonly threads: number
}

export interface Soak {
  readonly looks: readonly Look[]
  readonly samples: number
  readonly failed: number
  /** What the watch ended with. */
  readonly code: number | null
}

const LOOKS = 60
/** As often as Prometheus does when it is told to be quick. */
const SCRAPE_MS = 5000

/**
 * Watches so many targets, of which a third is up, a third refuses, and a third goes down and comes back all the time,
 * with retries by policy, metrics that are scraped, and a journal in segments.
 */
export async function soakMonitor(
  {seconds, targets, interval}: SoakRequest,
  say: (look: Look) => void,
): Promise<Soak> {
  const folder = await mkdtemp(join(tmpdir(), 'netdrill-soak-'))
  const up = await listen(0)
  const flaky = await openFlaky()
  const closed = await listen(0)
  const refused = portOf(closed)
  closed.close()
  try {
    const file = await writeDocument(folder, {targets, interval, ports: [portOf(up), refused, flaky.port]})
    return await run({file, folder, seconds}, say)
  } finally {
    up.close()
    flaky.close()
    await rm(folder, {recursive: true, force: true})
  }
}

async function run(
  {file, folder, seconds}: {readonly file: string; readonly folder: string; readonly seconds: number},
  say: (look: Look) => void,
): Promise<Soak> {
  const port = await freePort()
  const words = ['monitor', file, '--json', '--for', `${seconds}s`, '--listen', `127.0.0.1:${port}`]
  const journal = ['--journal', join(folder, 'journals'), '--journal-size', '1MB', '--journal-keep', '2']
  const child = spawn(process.execPath, [inRoot('bin/run.js'), ...words, ...journal], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  const looks: Look[] = []
  const started = performance.now()
  const timer = setInterval(
    () => {
      const one = look(child.pid ?? 0, (performance.now() - started) / 1000)
      looks.push(one)
      say(one)
    },
    (seconds * 1000) / LOOKS,
  )
  const scraper = setInterval(() => {
    void fetch(`http://127.0.0.1:${port}/metrics`)
      .then(async (answer) => answer.text())
      .catch(() => '')
  }, SCRAPE_MS)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(timer)
  clearInterval(scraper)
  const status = JSON.parse(Buffer.concat(parts).toString()) as {
    readonly targets: readonly {readonly samples: {readonly ok: number; readonly failed: number}}[]
  }
  const sum = (count: (one: {readonly ok: number; readonly failed: number}) => number): number =>
    status.targets.reduce((total, {samples}) => total + count(samples), 0)
  return {looks, samples: sum(({ok, failed}) => ok + failed), failed: sum(({failed}) => failed), code}
}

/** The last third against the second one: the first belongs to the start. */
export function growth(looks: readonly Look[], of: (look: Look) => number): number {
  const third = Math.floor(looks.length / 3)
  const median = (part: readonly Look[]): number =>
    part.map(of).toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? 0
  return median(looks.slice(2 * third)) / Math.max(1, median(looks.slice(third, 2 * third)))
}

async function writeDocument(
  folder: string,
  {
    targets,
    interval,
    ports,
  }: {readonly targets: number; readonly interval: number; readonly ports: readonly number[]},
): Promise<string> {
  const file = join(folder, 'soak.yaml')
  const policy = '{initial_delay_ms: 100, max_delay_ms: 2000, max_attempts: 0}'
  const lines = Array.from({length: targets}, (_, index) => {
    const url = `tcp://127.0.0.1:${ports[index % ports.length] ?? 0}`
    return `  t${index}: {url: "${url}", interval: ${interval}ms, timeout: ${Math.min(1000, interval)}ms, policy: quick}`
  })
  await writeFile(file, `version: 1\npolicies:\n  quick: ${policy}\ntargets:\n${lines.join('\n')}\n`)
  return file
}

async function listen(port: number): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', 4096, resolve),
  )
  return server
}

/** A port on which somebody listens for two seconds of four. */
async function openFlaky(): Promise<{readonly port: number; close(): void}> {
  let server: Server | null = await listen(0)
  const port = portOf(server)
  const timer = setInterval(() => {
    if (server === null) {
      void listen(port)
        .then((next) => (server = next))
        .catch(() => {})
      return
    }
    server.close()
    server = null
  }, 2000)
  return {
    port,
    close: () => {
      clearInterval(timer)
      server?.close()
    },
  }
}

async function freePort(): Promise<number> {
  const server = await listen(0)
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function look(pid: number, seconds: number): Look {
  const costs = familyOf(pid).map(costOf)
  const sum = (of: (one: ProcessCost) => number): number => costs.reduce((total, one) => total + of(one), 0)
  return {
    seconds,
    megabytes: sum(({megabytes}) => megabytes),
    files: sum(({files}) => files),
    threads: sum(({threads}) => threads),
  }
}
