import {execFile} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {type Server, type Socket, connect, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {requireBundle, startProgram} from '../../support/program.ts'

/** When attempts come, as a server sees it that only records. */
const POLICIES = `
version: 1
policies:
  capped: {max_attempts: 12, initial_delay_ms: 200, max_delay_ms: 200, jitter: {mode: width, factor: 0.5}}
  growing: {timeout: 2s, max_attempts: 0, initial_delay_ms: 100, max_delay_ms: 3200, backoff_multiplier: 2, jitter: none, reset: {after_stable: 10s}}
  wide: {max_attempts: 0, initial_delay_ms: 1000, max_delay_ms: 1000, jitter: none}
  even: {max_attempts: 0, initial_delay_ms: 300, max_delay_ms: 300, jitter: none}
  short: {max_attempts: 2, initial_delay_ms: 5000, max_delay_ms: 5000, timeout: 1200ms}
`
const run = promisify(execFile)

interface Recorder {
  readonly port: number
  readonly times: number[]
  readonly stop: () => Promise<void>
}

let folder: string
const servers: Server[] = []

async function record(onSocket: (socket: Socket) => void): Promise<Recorder> {
  const times: number[] = []
  const server = createServer((socket) => {
    times.push(performance.now())
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  const {port} = server.address() as {readonly port: number}
  return {port, times, stop: async () => new Promise((resolve) => server.close(() => resolve()))}
}

const gapsOf = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((at, n) => at - (times[n] ?? 0))

function start(...args: readonly string[]): ReturnType<typeof startProgram> {
  return startProgram(args, {cwd: folder, timeout: 25_000})
}

beforeAll(async () => {
  requireBundle()
  folder = await mkdtemp(join(tmpdir(), 'netdrill-time-'))
  await writeFile(join(folder, 'netdrill.yaml'), POLICIES)
})
afterAll(async () => {
  for (const server of servers) server.close()
  await rm(folder, {recursive: true})
})

describe('the gaps between attempts', () => {
  it('R1: stay within the jitter and below the cap, and differ', async () => {
    const {port, times} = await record((socket) => socket.resetAndDestroy())
    await start('probe', 'tcp', `127.0.0.1:${port}`, '-p', 'capped', '--hold', '50ms').result
    const gaps = gapsOf(times).slice(1)
    expect(gaps.length).toBeGreaterThanOrEqual(9)
    // 100 to 200 ms, as the range at the cap is moved down; and the time that an attempt takes.
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(99)
      expect(gap).toBeLessThan(320)
    }
    expect(new Set(gaps.map((gap) => Math.round(gap / 3))).size).toBeGreaterThan(4)
  })

  it('R12: go on growing with a server that accepts and closes at once', async () => {
    const {port, times} = await record((socket) => setTimeout(() => socket.destroy(), 30))
    await writeFile(
      join(folder, 'flapping.yaml'),
      `${POLICIES}targets:
  flapping: {url: 'tcp://127.0.0.1:${port}', policy: growing, interval: 60s, hold: 300ms}
`,
    )
    const watch = start('monitor', 'flapping.yaml', '--plain')
    await expect.poll(() => times.length, {timeout: 15_000}).toBeGreaterThanOrEqual(7)
    watch.child.kill('SIGINT')
    await watch.result
    // The first sample comes beside the first attempt.
    const gaps = gapsOf(times).slice(2)
    const growth = gaps.slice(1).map((gap, n) => gap / (gaps[n] ?? 1))
    expect(Math.min(...growth)).toBeGreaterThan(1.4)
  })
})

describe('many targets', () => {
  it('R9: are not asked all at once at the start', async () => {
    const {port, times} = await record((socket) => socket.end())
    const targets = Array.from(
      {length: 20},
      (_, n) => `  t${n}: {url: 'tcp://127.0.0.1:${port}', policy: even, interval: 60s}`,
    )
    await writeFile(join(folder, 'many.yaml'), `${POLICIES}targets:\n${targets.join('\n')}\n`)
    const watch = start('monitor', 'many.yaml', '--plain')
    await expect.poll(() => times.length, {timeout: 15_000}).toBeGreaterThanOrEqual(40)
    watch.child.kill('SIGINT')
    await watch.result
    const first = times[0] ?? 0
    // Attempt and sample of a target come together; the targets spread over a second.
    const within = (ms: number): number => times.slice(0, 40).filter((at) => at - first < ms).length
    expect(within(150)).toBeLessThan(16)
    expect(within(5000)).toBe(40)
  })
})

describe('a process that stood still', () => {
  it('R15: catches nothing up, and says for how long it did not look', async () => {
    const {port, times} = await record((socket) => socket.resetAndDestroy())
    const probe = start('probe', 'tcp', `127.0.0.1:${port}`, '-c', '30', '-i', '100ms', '--jsonl')
    await expect.poll(() => times.length, {timeout: 10_000}).toBeGreaterThanOrEqual(3)
    probe.child.kill('SIGSTOP')
    await sleep(1500)
    const before = times.length
    probe.child.kill('SIGCONT')
    await sleep(450)
    // Five slots have come since; a burst would be fifteen more.
    expect(times.length - before).toBeLessThan(9)
    probe.child.kill('SIGINT')
    const {stdout} = await probe.result
    expect(stdout).toContain('"observer-gap"')
  })
})

describe('a wall clock that is set in the middle of a wait', () => {
  it('R14: changes no gap', async () => {
    const gaps = (await Promise.all([stepClock('+1h'), stepClock('-1h')])).flat()
    expect(gaps).toHaveLength(2)
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(990)
      expect(gap).toBeLessThan(1900)
    }
  })

  async function stepClock(step: string): Promise<readonly number[]> {
    const {port, times} = await record((socket) => socket.resetAndDestroy())
    const clock = join(folder, `clock${step}`)
    await writeFile(clock, '+0')
    const env = {
      LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
    const args = ['probe', 'tcp', `127.0.0.1:${port}`, '-p', 'wide', '--hold', '50ms', '--jsonl']
    const probe = startProgram(args, {cwd: folder, timeout: 20_000, env})
    await probe.waitFor(/"attempt-scheduled","attempt":3/)
    await writeFile(clock, step)
    await probe.waitFor(/"attempt":3,.*"failure"/)
    probe.child.kill('SIGINT')
    await probe.result
    // The first request is sent late, since its modules are still loaded then.
    return gapsOf(times).slice(1)
  }
})

describe('an attempt that times out', () => {
  it('R17: leaves no half-open connection behind', async () => {
    // A full backlog: further SYNs are not answered.
    const holder = await fullListener()
    try {
      const probe = start('probe', 'tcp', `127.0.0.1:${holder.port}`, '-p', 'short')
      const pattern = `dport = :${holder.port}`
      const open = async (): Promise<string> => {
        const {stdout} = await run('ss', ['-Htnp', 'state', 'syn-sent', pattern])
        return stdout
          .split('\n')
          .filter((line) => line.includes(`pid=${probe.child.pid ?? 0}`))
          .join('\n')
      }
      await expect.poll(open, {timeout: 5000}).not.toBe('')
      await probe.waitFor(/attempt 1 failed: TCP_TIMEOUT/)
      await expect.poll(open, {timeout: 1000}).toBe('')
      probe.child.kill('SIGINT')
      await probe.result
    } finally {
      await holder.stop()
    }
  })
})

/** Something that listens and never accepts, whose queue is full. */
async function fullListener(): Promise<{readonly port: number; readonly stop: () => Promise<void>}> {
  const code =
    'import socket,sys\ns=socket.socket()\ns.bind(("127.0.0.1",0))\ns.listen(0)\nprint(s.getsockname()[1],flush=True)\nsys.stdin.read()\n'
  const child = execFile('python3', ['-c', code])
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer | string]
  const port = Number(String(line).trim())
  const fillers = Array.from({length: 3}, () => connect(port, '127.0.0.1').on('error', () => undefined))
  await sleep(100)
  return {
    port,
    stop: async () => {
      for (const filler of fillers) filler.destroy()
      child.stdin?.end()
      await once(child, 'close')
    },
  }
}
