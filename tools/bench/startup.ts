/** How long a start takes, as a ratio to Node doing nothing. Interleaved, so that a busy minute hits all alike; medians. */
import {spawnSync} from 'node:child_process'
import {createServer} from 'node:net'
import type {AddressInfo} from 'node:net'
import {inRoot} from '../set-up/paths.mjs'

/** One round more is thrown away: it fills the compile cache. */
const ROUNDS = 21

interface Subject {
  readonly name: string
  readonly argv: readonly string[]
  /** Of the median of `node -e 0`; from docs/testing.md. */
  readonly limit: number
}

const program = (name: string, limit: number, ...args: readonly string[]): Subject => ({
  name,
  limit,
  argv: [inRoot('bin/run.js'), ...args],
})

/** Measures and prints the table. Returns 1 when a ratio is above its limit. */
export async function benchStartup(): Promise<number> {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const {port} = server.address() as AddressInfo
  const base: Subject = {name: 'node -e 0', limit: 1, argv: ['-e', '0']}
  const subjects = [
    base,
    program('--version', 1.5, '--version'),
    program('policy list', 4.5, 'policy', 'list'),
    program('policy show', 4.5, 'policy', 'show', 'tunnel-client'),
    program('--help', 3.5, '--help'),
    program('probe tcp', 3.5, 'probe', 'tcp', `tcp://127.0.0.1:${port}`, '-c', '1'),
    program('drill validate', 4.5, 'drill', 'validate', 'demo'),
  ]
  const times = new Map(subjects.map((subject) => [subject, [] as number[]]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const subject of shuffled(subjects)) {
      const ms = await timeOf(subject)
      if (round > 0) times.get(subject)?.push(ms)
    }
  }
  server.close()
  const medians = new Map([...times].map(([subject, values]) => [subject, medianOf(values)]))
  return print(medians, medians.get(base) ?? Number.NaN)
}

/** The server of the probe lives in this process, so the child must not block it: the round trip ends in the kernel's backlog. */
async function timeOf({name, argv}: Subject): Promise<number> {
  const started = performance.now()
  const {status, stderr} = spawnSync(process.execPath, argv, {encoding: 'utf8'})
  const ms = performance.now() - started
  if (status !== 0) throw new Error(`${name} ended with status ${status}: ${stderr}`)
  await new Promise((resolve) => setImmediate(resolve))
  return ms
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item)
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

function print(medians: ReadonlyMap<Subject, number>, base: number): number {
  process.stdout.write(
    `${'start'.padEnd(16)}${'median ms'.padStart(10)}${'ratio'.padStart(8)}${'limit'.padStart(8)}\n`,
  )
  let over = 0
  for (const [{name, limit}, median] of medians) {
    const ratio = median / base
    const verdict = ratio > limit ? '  over' : ''
    if (verdict) over += 1
    const cells = [median.toFixed(1).padStart(10), ratio.toFixed(2).padStart(8), limit.toFixed(1).padStart(8)]
    process.stdout.write(`${name.padEnd(16)}${cells.join('')}${verdict}\n`)
  }
  return over > 0 ? 1 : 0
}
