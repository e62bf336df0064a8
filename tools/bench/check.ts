/** How long a check of many loopback targets takes, beside what others need for the same number of probes in the same minute. */
import {spawn} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {type AddressInfo, type Server, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {inRoot} from '../set-up/paths.mjs'

const SIZES = [1000, 10_000] as const
const LISTENERS = 10
/** What a check does by itself, so the others get the same. */
const AT_ONCE = 16
const CHECK_TCP = '/usr/lib/nagios/plugins/check_tcp'
/** How often memory is looked at. */
const POLL_MS = 20

interface Row {
  readonly what: string
  readonly seconds: number
  /** Of all processes together; null where a process per probe comes and goes. */
  readonly megabytes: number | null
  readonly failed: number
}

/** Prints a table per size; returns 1 when a probe of a target that is up failed. */
export async function benchCheck(): Promise<number> {
  const servers = await Promise.all(Array.from({length: LISTENERS}, listen))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  const folder = await mkdtemp(join(tmpdir(), 'netdrill-bench-'))
  let failed = 0
  try {
    for (const size of SIZES) {
      const rows = await measureSize(size, ports, folder)
      failed += rows.reduce((sum, row) => sum + row.failed, 0)
      print(size, rows)
    }
  } finally {
    for (const server of servers) server.close()
    await rm(folder, {recursive: true, force: true})
  }
  return failed > 0 ? 1 : 0
}

async function listen(): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve))
  return server
}

async function measureSize(size: number, ports: readonly number[], folder: string): Promise<readonly Row[]> {
  const port = (index: number): number => ports[index % ports.length] ?? 0
  const tcp = Array.from({length: size}, (_, index) => `tcp://127.0.0.1:${port(index)}`)
  const mixed = tcp.map((url, index) =>
    index % 5 === 4 ? `ping://127.0.${(index >> 8) & 255}.${index & 255}` : url,
  )
  const rows = [
    await netdrill(`netdrill check, ${size} tcp`, tcp, folder),
    await netdrill(`netdrill check, ${size} tcp and ping`, mixed, folder),
  ]
  if (existsSync(CHECK_TCP)) rows.push(await checkTcp(tcp, folder))
  const exporter = ['/usr/bin/prometheus-blackbox-exporter', '/usr/bin/blackbox_exporter'].find(existsSync)
  if (exporter) rows.push(await blackbox(exporter, tcp, folder))
  if (existsSync('/usr/bin/fping')) rows.push(await fping(size))
  return rows
}

async function netdrill(what: string, urls: readonly string[], folder: string): Promise<Row> {
  const file = join(folder, 'check.yaml')
  const lines = urls.map((url, index) => `  t${index}: ${url}`)
  await writeFile(file, `version: 1\ntargets:\n${lines.join('\n')}\n`)
  const {seconds, megabytes, stdout} = await run(process.execPath, [
    inRoot('bin/run.js'),
    'check',
    file,
    '--json',
  ])
  const {counts} = JSON.parse(stdout) as {counts: {passed: number}}
  return {what, seconds, megabytes, failed: urls.length - counts.passed}
}

/** A process per probe, as a monitoring server starts them. */
async function checkTcp(urls: readonly string[], folder: string): Promise<Row> {
  const list = join(folder, 'ports')
  await writeFile(list, urls.map((url) => `${url.split(':').at(-1)}\n`).join(''))
  const words = ['-a', list, '-P', String(AT_ONCE), '-n', '1', CHECK_TCP, '-H', '127.0.0.1', '-p']
  const {seconds, stdout} = await run('xargs', words)
  const good = stdout.split('\n').filter((line) => line.startsWith('TCP OK')).length
  return {what: `check_tcp, ${urls.length} processes`, seconds, megabytes: null, failed: urls.length - good}
}

/** One request per probe, as Prometheus sends them. */
async function blackbox(path: string, urls: readonly string[], folder: string): Promise<Row> {
  const config = join(folder, 'blackbox.yml')
  await writeFile(config, 'modules: {tcp: {prober: tcp, timeout: 3s}}\n')
  const listener = await listen()
  const {port} = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  const address = `127.0.0.1:${port}`
  const args = [`--config.file=${config}`, `--web.listen-address=${address}`, '--log.level=error']
  const child = spawn(path, args, {stdio: 'ignore'})
  const memory = watchMemory(child.pid ?? 0)
  try {
    await eventually(async () => (await fetch(`http://${address}/-/healthy`)).ok)
    const started = performance.now()
    let next = 0
    let good = 0
    const worker = async (): Promise<void> => {
      for (let url = urls[next++]; url !== undefined; url = urls[next++]) {
        const target = url.replace('tcp://', '')
        const text = await (await fetch(`http://${address}/probe?module=tcp&target=${target}`)).text()
        if (text.includes('\nprobe_success 1')) good++
      }
    }
    await Promise.all(Array.from({length: AT_ONCE}, worker))
    const seconds = (performance.now() - started) / 1000
    return {
      what: `blackbox_exporter, ${urls.length} tcp`,
      seconds,
      megabytes: memory.stop(),
      failed: urls.length - good,
    }
  } finally {
    child.kill()
  }
}

async function fping(size: number): Promise<Row> {
  const hosts = Array.from({length: size}, (_, index) => `127.1.${(index >> 8) & 255}.${index & 255}`)
  const {seconds, megabytes, stdout} = await run(
    'fping',
    ['-i', '1', '-r', '0', '-a'],
    `${hosts.join('\n')}\n`,
  )
  const good = stdout.split('\n').filter(Boolean).length
  return {what: `fping, ${size} ping, 1 ms apart`, seconds, megabytes, failed: size - good}
}

interface Ran {
  readonly seconds: number
  readonly megabytes: number
  readonly stdout: string
}

async function run(command: string, args: readonly string[], input = ''): Promise<Ran> {
  const started = performance.now()
  const child = spawn(command, args, {stdio: ['pipe', 'pipe', 'ignore']})
  const memory = watchMemory(child.pid ?? 0)
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  child.stdin.end(input)
  await new Promise((resolve) => child.on('close', resolve))
  const seconds = (performance.now() - started) / 1000
  return {seconds, megabytes: memory.stop(), stdout: Buffer.concat(parts).toString()}
}

/** The most that the process had in memory, by the kernel's own mark. */
function watchMemory(pid: number): {stop: () => number} {
  let most = 0
  const look = (): void => {
    try {
      const mark = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      most = Math.max(most, Number(mark?.[1] ?? 0) / 1024)
    } catch {
      // It has ended: the last look counts.
    }
  }
  const timer = setInterval(look, POLL_MS)
  return {
    stop: () => {
      look()
      clearInterval(timer)
      return most
    },
  }
}

async function eventually(look: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if (await look().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the server did not come up')
}

function print(size: number, rows: readonly Row[]): void {
  process.stdout.write(
    `\n${`${size} probes`.padEnd(40)}${'seconds'.padStart(9)}${'peak MB'.padStart(9)}${'failed'.padStart(8)}\n`,
  )
  for (const {what, seconds, megabytes, failed} of rows) {
    const memory = megabytes === null ? '-' : megabytes.toFixed(0)
    process.stdout.write(
      `${what.padEnd(40)}${seconds.toFixed(2).padStart(9)}${memory.padStart(9)}${String(failed).padStart(8)}\n`,
    )
  }
}
