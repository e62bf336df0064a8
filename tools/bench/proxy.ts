/** Throughput and round trips through `netdrill proxy`, beside a direct connection and Toxiproxy where it is in PATH. */
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import net from 'node:net'
import {performance} from 'node:perf_hooks'
import {createInterface} from 'node:readline'
import {inRoot} from '../set-up/paths.mjs'

const BYTES = 512 * 2 ** 20
const CHUNK = Buffer.alloc(65_536, 7)
const ROUND_TRIPS = 3000
const ROUNDS = 3

interface Peer {
  readonly name: string
  readonly port: number
  readonly child?: ChildProcess
}

/** The servers are a process of their own, so that the measuring one does nothing else. */
const SERVERS = `const net = require('node:net')
const echo = net.createServer({noDelay: true}, (s) => s.on('error', () => {}).pipe(s))
const source = net.createServer((s) => {
  const chunk = Buffer.alloc(65536, 7)
  let left = ${BYTES}
  const go = () => { while (left > 0) { left -= chunk.length; if (!s.write(chunk)) return } s.end() }
  s.on('error', () => {}).on('drain', go)
  go()
})
echo.listen(0, '127.0.0.1', () => source.listen(0, '127.0.0.1', () => console.log(echo.address().port, source.address().port)))`

/** The least that a proxy on Node can do, in a process of its own. */
const PIPE = `const net = require('node:net')
const upstream = Number(process.argv[1])
net.createServer({noDelay: true, allowHalfOpen: true}, (client) => {
  const server = net.connect({port: upstream, host: '127.0.0.1', noDelay: true, allowHalfOpen: true})
  for (const [from, to] of [[client, server], [server, client]]) from.on('error', () => to.destroy()).pipe(to)
}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

/** Prints a table; 0 when every measure was taken. */
export async function benchProxy(): Promise<number> {
  const servers = spawn(process.execPath, ['-e', SERVERS], {stdio: ['ignore', 'pipe', 'inherit']})
  const children: ChildProcess[] = [servers]
  try {
    const [echo = 0, source = 0] = (await firstLine(servers)).split(' ').map(Number)
    const echoPeers = await openPeers(echo, children)
    const sourcePeers = await openPeers(source, children)
    process.stdout.write('proxy                MB/s    p50 µs   p95 µs\n')
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, {name, port}] of echoPeers.entries()) {
        const [p50, p95] = await roundTrips(port)
        const speed = await throughput(sourcePeers[index]?.port ?? 0)
        const figures = [speed, p50, p95].map((value) => value.toFixed(0).padStart(8))
        process.stdout.write(`${name.padEnd(16)} ${figures.join(' ')}\n`)
      }
    }
    return 0
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}

async function openPeers(upstream: number, children: ChildProcess[]): Promise<readonly Peer[]> {
  const direct = {name: 'direct', port: upstream}
  const args = ['proxy', '--jsonl', '--quiet', '--from', ':0', '--to', `127.0.0.1:${upstream}`]
  const own = spawn(process.execPath, [inRoot('bin/run.js'), ...args], {stdio: ['ignore', 'pipe', 'inherit']})
  children.push(own)
  const {listen} = JSON.parse(await firstLine(own)) as {listen: string}
  const toxiproxy = await openToxiproxy(upstream, children)
  const bare = spawn(process.execPath, ['-e', PIPE, String(upstream)], {stdio: ['ignore', 'pipe', 'inherit']})
  children.push(bare)
  const pipe = {name: 'bare pipe', port: Number(await firstLine(bare))}
  return [direct, pipe, {name: 'netdrill', port: portOf(listen)}, ...toxiproxy]
}

async function openToxiproxy(upstream: number, children: ChildProcess[]): Promise<readonly Peer[]> {
  const api = upstream > 60_000 ? upstream - 1000 : upstream + 1000
  const child = spawn('toxiproxy-server', ['-port', String(api)], {stdio: 'ignore'})
  const missing = await Promise.race([once(child, 'error'), once(child, 'spawn').then(() => null)])
  if (missing) {
    process.stdout.write('toxiproxy-server is not in PATH: not compared\n')
    return []
  }
  children.push(child)
  const body = JSON.stringify({name: 'bench', listen: '127.0.0.1:0', upstream: `127.0.0.1:${upstream}`})
  for (let tries = 0; ; tries++) {
    try {
      const answer = await fetch(`http://127.0.0.1:${api}/proxies`, {method: 'POST', body})
      const {listen} = (await answer.json()) as {listen: string}
      return [{name: 'toxiproxy', port: portOf(listen)}]
    } catch (error) {
      if (tries === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Microseconds, median and 95th percentile. */
async function roundTrips(port: number): Promise<readonly [number, number]> {
  const socket = net.connect({host: '127.0.0.1', port, noDelay: true})
  await once(socket, 'connect')
  const times: number[] = []
  for (let index = 0; index < ROUND_TRIPS; index++) {
    const start = performance.now()
    socket.write('x')
    await once(socket, 'data')
    times.push((performance.now() - start) * 1000)
  }
  socket.destroy()
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0
  return [at(0.5), at(0.95)]
}

/** Megabytes per second. */
async function throughput(port: number): Promise<number> {
  const start = performance.now()
  let length = 0
  const socket = net.connect({
    host: '127.0.0.1',
    port,
    onread: {buffer: CHUNK, callback: (read) => (length += read) > 0},
  })
  await once(socket, 'close')
  if (length !== BYTES) throw new Error(`${length} of ${BYTES} bytes arrived`)
  return BYTES / 1000 / (performance.now() - start)
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no output')
  const [line] = (await once(createInterface({input: child.stdout}), 'line')) as [string]
  return line
}

function portOf(listen: string): number {
  return Number(listen.split(':').at(-1))
}
