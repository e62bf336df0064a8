/** What a link of a lab carries: by the kernel, by netdrill itself, and with a delay. Needs iperf3 and the right to make namespaces. */
import {execFile, spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {inRoot} from '../set-up/paths.mjs'

const run = promisify(execFile)
const SECONDS = 4
const ROUNDS = 3
const FAR = '10.75.0.2'
const DOCUMENT = `version: 1
lab:
  isolation: required
  nodes: [client, server]
  links: [{between: [client, server], subnet: 10.75.0.0/24}]
`
const DELAY = ['fault', 'apply', 'netem', '--delay', '10ms', '--to', FAR, '--for', '10m', '--detach']

interface Bench {
  readonly folder: string
  readonly netdrill: (...words: string[]) => Promise<string>
}

/** Prints a table; 0 when every measure was taken. */
export async function benchLinks(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'nd-bench-'))
  const env = {...process.env, XDG_STATE_HOME: folder}
  const netdrill = async (...words: string[]): Promise<string> =>
    (await run(process.execPath, [inRoot('bin/run.js'), ...words], {env, cwd: folder})).stdout
  writeFileSync(join(folder, 'lab.yaml'), DOCUMENT)
  try {
    process.stdout.write('link                 Mbit/s   cores  µs/packet  UDP lost  round trip, median ms\n')
    for (let round = 0; round < ROUNDS; round++) {
      await benchOne('by the kernel', [], {folder, netdrill})
      await benchOne('carried', ['--carry'], {folder, netdrill})
      await benchOne('carried, 10 ms', ['--carry', DELAY_TOO], {folder, netdrill})
    }
    return 0
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  } finally {
    await netdrill('lab', 'down', '--all').catch(() => '')
    rmSync(folder, {recursive: true, force: true})
  }
}

/** Not a flag of the program. */
const DELAY_TOO = 'delay'

async function benchOne(name: string, words: readonly string[], {folder, netdrill}: Bench): Promise<void> {
  await netdrill('lab', 'up', 'lab.yaml', ...words.filter((word) => word !== DELAY_TOO))
  const exec = async (node: string, ...command: string[]): Promise<string> =>
    netdrill('lab', 'exec', node, '--', ...command)
  if (words.includes(DELAY_TOO)) await exec('client', process.execPath, inRoot('bin/run.js'), ...DELAY)
  const server = spawn(
    process.execPath,
    [inRoot('bin/run.js'), 'lab', 'exec', 'server', '--', 'iperf3', '-s'],
    {
      env: {...process.env, XDG_STATE_HOME: folder},
      stdio: 'ignore',
    },
  )
  try {
    const carrier = carrierPid(folder)
    const tripTexts = await exec('client', 'ping', '-n', '-c', '50', '-i', '0.02', FAR)
    const before = {cpu: cpuOf(carrier), packets: packetsOf(carrier)}
    const tcp = JSON.parse(await exec('client', 'iperf3', '-c', FAR, '-t', String(SECONDS), '-J')) as Report
    const cpu = cpuOf(carrier) - before.cpu
    const packets = packetsOf(carrier) - before.packets
    const udp = ['-u', '-b', '50M', '-l', '1200', '-t', '2', '-J']
    const datagrams = JSON.parse(await exec('client', 'iperf3', '-c', FAR, ...udp)) as Report
    const cells = [
      ((tcp.end.sum_received?.bits_per_second ?? 0) / 1e6).toFixed(0),
      carrier === null ? '' : (cpu / SECONDS).toFixed(2),
      carrier === null ? '' : ((cpu * 1e6) / packets).toFixed(1),
      `${(datagrams.end.sum?.lost_percent ?? 0).toFixed(1)} %`,
      medianTrip(tripTexts).toFixed(2),
    ]
    process.stdout.write(`${name.padEnd(18)} ${cells.map((cell) => cell.padStart(8)).join(' ')}\n`)
  } finally {
    server.kill('SIGKILL')
    await netdrill('lab', 'down', '--all')
  }
}

interface Report {
  readonly end: {
    readonly sum_received?: {readonly bits_per_second: number}
    readonly sum?: {readonly lost_percent: number}
  }
}

/** The process in the wire's namespace; null where the kernel carries. */
function carrierPid(folder: string): number | null {
  const labs = join(folder, 'netdrill/labs')
  const [file = ''] = readdirSync(labs)
  const {places} = JSON.parse(readFileSync(join(labs, file), 'utf8')) as {
    places: Record<string, {pid: number}>
  }
  return Object.entries(places).find(([name]) => name.startsWith('wire-'))?.[1].pid ?? null
}

/** Seconds of processor, of a hundred ticks each. */
function cpuOf(pid: number | null): number {
  if (pid === null) return 0
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** What has arrived at both ports. */
function packetsOf(pid: number | null): number {
  if (pid === null) return 0
  const lines = readFileSync(`/proc/${pid}/net/dev`, 'utf8').split('\n')
  return lines
    .filter((line) => /^\s*port\d:/.test(line))
    .reduce((sum, line) => sum + Number(line.split(':')[1]?.trim().split(/\s+/)[1] ?? 0), 0)
}

function medianTrip(text: string): number {
  const times = [...text.matchAll(/time=([\d.]+)/g)].map(([, time]) => Number(time)).toSorted((a, b) => a - b)
  return times[Math.floor(times.length / 2)] ?? Number.NaN
}
