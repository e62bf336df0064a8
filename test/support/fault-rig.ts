/** Real faults in a pair of namespaces: an engine with its own state folder, and workers on both sides. */
import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {openPorts} from '../../src/app/ports.ts'
import type {Ports} from '../../src/core/ports.ts'
import {openFaultEngine} from '../../src/faults/engine.ts'
import type {ActiveFault, FaultEngine, FaultSpec} from '../../src/faults/fault.ts'
import {loadFault} from '../../src/faults/registry.ts'
import {type NamespacePair, makeNamespacePair, runIn} from './namespaces.ts'

const WORKER = fileURLToPath(new URL('../kernel/faults/net-worker.ts', import.meta.url))

export const FAR4 = '10.99.0.2'
export const FAR6 = 'fd99::2'
export const DEVICE = 'nd0'

export interface Worker {
  readonly child: ChildProcess
  /** Resolves at the first `ready`. */
  readonly ready: Promise<void>
  /** All it printed, when it has ended. */
  readonly output: Promise<string>
  /** What it has printed until now. */
  text(): string
}

export class FaultRig {
  readonly pair: NamespacePair
  readonly state: string
  readonly ports: Ports
  readonly engine: FaultEngine
  readonly #workers: Worker[] = []
  readonly #active: ActiveFault[] = []
  #faults = 0

  constructor() {
    this.pair = makeNamespacePair()
    this.state = mkdtempSync(join(tmpdir(), 'netdrill-faults-'))
    // The guard is a process of its own: it learns the state folder from the environment.
    process.env['XDG_STATE_HOME'] = this.state
    this.ports = openPorts(1)
    this.engine = openFaultEngine(this.ports, {run: `test-${process.pid}`})
  }

  async apply(
    words: {readonly kind: string} & Readonly<Record<string, unknown>>,
    lasts = 20_000,
  ): Promise<ActiveFault> {
    const kind = await loadFault(words.kind)
    const binding = {place: {kind: 'netns', name: this.pair.near}, device: null, proxy: null} as const
    this.#faults += 1
    const plan = await this.engine.plan({
      id: `f${this.#faults}`,
      name: words.kind,
      spec: kind.schema.parse(words) as FaultSpec,
      binding,
      lasts,
      allow: {broad: true, lockout: false},
    })
    const active = await this.engine.apply(plan, binding)
    this.#active.push(active)
    return active
  }

  /** Ends the faults and workers of one test, so that the next one finds the pair as new. */
  async clear(): Promise<void> {
    for (const fault of this.#active.splice(0)) await fault.remove()
    const workers = this.#workers.splice(0)
    for (const {child} of workers) child.kill('SIGKILL')
    await Promise.all(workers.map(async ({output}) => output))
  }

  worker(namespace: string, ...words: readonly string[]): Worker {
    const args = ['netns', 'exec', namespace, process.execPath, '--no-warnings', WORKER, ...words]
    const child = spawn('ip', args, {stdio: ['ignore', 'pipe', 'inherit']})
    let text = ''
    const output = new Promise<string>((resolve) => child.once('close', () => resolve(text)))
    const ready = new Promise<void>((resolve) => {
      child.stdout.on('data', (data: Buffer) => {
        text += data.toString()
        if (text.includes('ready')) resolve()
      })
    })
    const worker = {child, ready, output, text: () => text}
    this.#workers.push(worker)
    return worker
  }

  async listen(...ports: readonly number[]): Promise<void> {
    await this.worker(this.pair.far, 'listen', ...ports.map(String)).ready
  }

  /** How a TCP connection from the near side ends: `connected`, `silence` or an error code. */
  async connect(host: string, port: number, timeout = 700): Promise<string> {
    return JSON.parse(
      await this.worker(this.pair.near, 'connect', JSON.stringify({host, port, timeout})).output,
    ) as string
  }

  /** Whether one ping is answered within its second. */
  pings(address: string): boolean {
    try {
      runIn(this.pair.near, 'ping', ['-c', '1', '-W', '1', '-n', address])
      return true
    } catch {
      return false
    }
  }

  /** What tc and nft show on the near side, without counters. */
  kernelState(device = DEVICE): string {
    const tc = (...args: string[]): string => runIn(this.pair.near, 'tc', args)
    return [
      tc('qdisc', 'show', 'dev', device),
      tc('class', 'show', 'dev', device),
      tc('filter', 'show', 'dev', device),
      runIn(this.pair.near, 'nft', ['-s', 'list', 'ruleset']),
    ].join('---\n')
  }

  async close(): Promise<void> {
    await this.clear()
    await this.engine.close()
    this.pair.remove()
    rmSync(this.state, {recursive: true, force: true})
  }
}
