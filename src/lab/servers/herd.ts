/** Many clients of one server in one process, to see when they come back: all at once, or spread. */
import http from 'node:http'
import net, {type Socket} from 'node:net'
import type * as z from 'zod'
import type {Millis} from '../../core/units.ts'
import {runTcpServer} from './connections.ts'
import {herdOptions} from './options.ts'
import {parseOptions} from './parse-options.ts'
import type {ServeRequest, StartServer} from './server.ts'
import {parseHostPort} from './toxics/host-port.ts'

type HerdOptions = z.output<typeof herdOptions>

/** Attempts that begin within this are simultaneous for a server. */
const WINDOW: Millis = 100
/** For all to connect at the start. */
const PATIENCE: Millis = 5000

/**
 * Each client keeps a connection open and retries by the ladder when it is lost; it counts as connected when its first byte
 * comes back. A GET is answered with 200 when all are, else with 503, and tells the most retries that began within 100ms: `calm` before the first, `herd` when that
 * is half of the clients or more, else `spread`.
 */
export const startHerd: StartServer = async (request) => {
  const options = parseOptions(herdOptions, request.options)
  const herd = new Herd(options, request)
  const server = http.createServer((incoming, response) => {
    incoming.resume()
    const report = herd.report()
    const status = report.connected === report.clients ? 200 : 503
    response.writeHead(status, {'content-type': 'application/json'})
    response.end(`${JSON.stringify(report)}\n`)
  })
  const running = await runTcpServer(server, request)
  herd.start()
  await herd.gathered()
  return {
    ...running,
    close: async () => {
      herd.stop()
      await running.close()
    },
  }
}

interface HerdReport {
  readonly verdict: 'calm' | 'herd' | 'spread'
  readonly clients: number
  readonly connected: number
  readonly retries: number
  readonly peak: number
}

class Herd {
  readonly #options: HerdOptions
  readonly #request: Pick<ServeRequest, 'clock' | 'random'>
  readonly #sockets = new Set<Socket>()
  /** When each retry began, in order. */
  readonly #retries: Millis[] = []
  #connected = 0
  #stopped = false

  constructor(options: HerdOptions, request: Pick<ServeRequest, 'clock' | 'random'>) {
    this.#options = options
    this.#request = request
  }

  start(): void {
    for (let client = 0; client < this.#options.clients; client++) this.#open(0)
  }

  /** Waits until all are connected, for some seconds. */
  async gathered(): Promise<void> {
    const {clock} = this.#request
    const end = clock.now() + PATIENCE
    while (this.#connected < this.#options.clients && clock.now() < end) {
      await clock.sleep(20, new AbortController().signal)
    }
  }

  stop(): void {
    this.#stopped = true
    for (const socket of this.#sockets) socket.destroy()
  }

  report(): HerdReport {
    const {clients} = this.#options
    const peak = mostWithin(this.#retries, WINDOW)
    const verdict = peak === 0 ? 'calm' : 2 * peak >= clients ? 'herd' : 'spread'
    return {verdict, clients, connected: this.#connected, retries: this.#retries.length, peak}
  }

  #open(failures: number): void {
    if (this.#stopped) return
    const to = parseHostPort(this.#options.to)
    if (!to) return
    const {clock} = this.#request
    if (failures > 0) this.#retries.push(clock.now())
    const socket = net.connect({host: to.address, port: to.port})
    this.#sockets.add(socket)
    let up = false
    socket.on('connect', () => socket.write('?'))
    socket.on('data', () => {
      if (!up) this.#connected++
      up = true
    })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (up) this.#connected--
      const next = up ? 1 : failures + 1
      clock.after(this.#wait(next), () => this.#open(next))
    })
  }

  #wait(failures: number): Millis {
    const {initial_delay: initial, max_delay: max, multiplier, jitter} = this.#options
    const wait = Math.min(max, initial * multiplier ** (failures - 1))
    return jitter === 'full' ? wait * this.#request.random.next() : wait
  }
}

/** Of ascending times, the most that lie within one window. */
export function mostWithin(times: readonly Millis[], window: Millis): number {
  let most = 0
  let first = 0
  for (const [index, at] of times.entries()) {
    while (at - (times[first] ?? at) >= window) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}
