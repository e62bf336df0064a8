/** What watching many loopback targets costs: processor, memory and missed slots of all processes of one watch. */
import {spawn} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {inRoot} from '../set-up/paths.mjs'
import {costOf, familyOf} from '../support/living-processes.ts'
import {listen, portOf} from './check-servers.ts'

/** NETDRILL_BENCH_SECONDS asks for longer watches. */
const SECONDS = Number(process.env['NETDRILL_BENCH_SECONDS'] ?? 60)
const INTERVAL_S = 10
const SIZES = [100, 1000, 10_000] as const
const LISTENERS = 10
const POLL_MS = 500

interface Row {
  readonly size: number
  readonly with: string
  readonly cores: number
  readonly megabytes: readonly number[]
  readonly samples: number
  readonly missed: number
  readonly failed: number
}

/** Prints a row per size; returns 1 when a sample failed or a slot was missed. */
export async function benchMonitor(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'netdrill-bench-'))
  const servers = await Promise.all(
    Array.from({length: LISTENERS}, async () =>
      listen(createServer((socket) => socket.on('error', () => {}))),
    ),
  )
  let bad = 0
  print()
  try {
    for (const size of SIZES) {
      const file = await writeDocument(size, servers.map(portOf), folder)
      for (const extra of [[], ['--listen', '127.0.0.1:0']]) {
        const row = await watch(size, file, extra)
        print(row)
        bad += row.failed + row.missed
      }
    }
  } finally {
    for (const server of servers) server.close()
    await rm(folder, {recursive: true, force: true})
  }
  return bad > 0 ? 1 : 0
}

async function writeDocument(size: number, ports: readonly number[], folder: string): Promise<string> {
  const file = join(folder, `monitor-${size}.yaml`)
  const lines = Array.from(
    {length: size},
    (_, index) => `  t${index}: tcp://127.0.0.1:${ports[index % ports.length] ?? 0}`,
  )
  await writeFile(
    file,
    `version: 1\ndefaults: {interval: ${INTERVAL_S}s, timeout: 2s}\ntargets:\n${lines.join('\n')}\n`,
  )
  return file
}

async function watch(size: number, file: string, extra: readonly string[]): Promise<Row> {
  const words = [inRoot('bin/run.js'), 'monitor', file, '--json', '--for', `${SECONDS}s`, ...extra]
  const child = spawn(process.execPath, words, {stdio: ['ignore', 'pipe', 'ignore']})
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  const most = new Map<number, number>()
  const used = new Map<number, number>()
  const started = performance.now()
  const timer = setInterval(() => {
    for (const pid of familyOf(child.pid ?? 0)) {
      const {megabytes, seconds} = costOf(pid)
      most.set(pid, Math.max(most.get(pid) ?? 0, megabytes))
      used.set(pid, Math.max(used.get(pid) ?? 0, seconds))
    }
  }, POLL_MS)
  await new Promise((resolve) => child.on('close', resolve))
  clearInterval(timer)
  const seconds = (performance.now() - started) / 1000
  const {targets} = JSON.parse(Buffer.concat(parts).toString()) as Status
  const sum = (figure: (target: Status['targets'][number]) => number): number =>
    targets.reduce((total, target) => total + figure(target), 0)
  return {
    size,
    with: extra.length > 0 ? '--listen' : '',
    cores: [...used.values()].reduce((total, one) => total + one, 0) / seconds,
    // Programs that live for a moment are left out.
    megabytes: [...most.values()].filter((one) => one >= 5),
    samples: sum(({samples}) => samples.ok + samples.failed),
    missed: sum(({samples}) => samples.missed),
    failed: sum(({samples}) => samples.failed),
  }
}

interface Status {
  readonly targets: readonly {
    readonly samples: {readonly ok: number; readonly failed: number; readonly missed: number}
  }[]
}

function print(row?: Row): void {
  const cells = row
    ? [
        `${row.size} targets ${row.with}`,
        row.cores.toFixed(2),
        row.megabytes.map((one) => one.toFixed(0)).join(' + '),
        String(row.samples),
        String(row.missed),
        String(row.failed),
      ]
    : [`tcp every ${INTERVAL_S} s, for ${SECONDS} s`, 'cores', 'peak MB', 'samples', 'missed', 'failed']
  process.stdout.write(
    `${(cells[0] ?? '').padEnd(28)}${cells
      .slice(1)
      .map((one) => one.padStart(14))
      .join('')}\n`,
  )
}
