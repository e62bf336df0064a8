import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {createInterface} from 'node:readline'
import type {FromAgent} from '../core/agent.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {describePlace, type Place} from '../core/place.ts'
import {toolPath} from '../core/place-command.ts'
import type {AgentProcess, Agents, Host, SpawnOptions} from '../core/ports.ts'
import {stripControl} from '../core/text.ts'
import {agentCommand} from './agent-command.ts'
import {agentProgram} from './agent-program.ts'
import {keepTail} from './keep-tail.ts'

/** How long an agent may take to say that it is ready: Node's own start plus the loading of the bundle on a busy machine. */
const START_LIMIT = 60_000
/** How long a stopped agent gets at each step: end of input, TERM, KILL. */
const STOP_STEP = 500

/**
 * Starts agents as child processes of the running Node binary. `nsenter` and `unshare` replace themselves by the
 * program they start, so the child's process id is the agent's, whatever place it lives in.
 */
export function systemAgents(host: Pick<Host, 'env'>): Agents {
  return {
    async spawn(place, options = {}) {
      const words = [process.execPath, ...agentProgram(host)]
      const {file, args} = agentCommand(place, options, words)
      const env = {...process.env, PATH: toolPath(host.env('PATH'))}
      const child = spawn(file, args, {stdio: ['pipe', 'pipe', 'pipe'], env})
      const agent = new ChildAgent(child)
      await agent.ready(place, options)
      return agent
    },
  }
}

class ChildAgent implements AgentProcess {
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  readonly #listeners = new Set<(message: FromAgent) => void>()
  readonly #stderr: () => string
  #stopping: Promise<void> | null = null

  constructor(child: ChildProcess) {
    this.#child = child
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`it could not be started: ${error.message}`))
      child.once('close', (code, signal) => resolve(this.#describeEnd(code, signal)))
    })
    // A write to an agent that has just died: its end is told by `ended`.
    child.stdin?.on('error', () => {})
    this.#stderr = keepTail(child.stderr)
    if (child.stdout) createInterface({input: child.stdout}).on('line', (line) => this.#receive(line))
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  send(message: Parameters<AgentProcess['send']>[0]): void {
    if (this.#child.stdin?.writable) this.#child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  onMessage(listener: (message: FromAgent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** Resolves at the agent's first word; rejects when it ends or stays silent instead. */
  async ready(place: Place, options: SpawnOptions): Promise<void> {
    let forget = (): void => {}
    let timer: NodeJS.Timeout | undefined
    const ready = new Promise<null>((resolve) => {
      forget = this.onMessage((message) => {
        if (message.type === 'ready') resolve(null)
      })
    })
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, START_LIMIT, `it was not ready after ${START_LIMIT / 1000} s`)
    })
    const trouble = await Promise.race([ready, this.ended, late])
    clearTimeout(timer)
    forget()
    if (trouble === null) return
    await this.stop()
    throw startError(place, options, trouble)
  }

  #receive(line: string): void {
    const message = parseMessage(line)
    if (message) for (const listener of this.#listeners) listener(message)
  }

  async #stop(): Promise<void> {
    const child = this.#child
    const gone = this.ended.then(() => true)
    child.stdin?.end()
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await within(gone, STOP_STEP)) return
      child.kill(signal)
    }
    await gone
  }

  #describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `it ended with code ${String(code)}` : `it was ended by ${signal}`
    const said = tellingLine(this.#stderr())
    return said === '' ? how : `${how}: ${said}`
  }
}

/** A program that makes or enters namespaces said no, or isn't there: the machine's lack. All else is our own bug. */
function startError(place: Place, options: SpawnOptions, trouble: string): UserError {
  const message = `the agent on ${describePlace(place)} did not start: ${trouble}`
  const isolated = place.kind !== 'host' || options.unshare !== undefined
  const isLack = /(?:^|: )(?:unshare|nsenter|setting the network namespace)\b|\bENOENT$/.test(trouble)
  if (!isolated || !isLack) return new UserError({code: 'INTERNAL', message}, EXIT.internal)
  const advice = ['netdrill doctor tells whether namespaces can be made here']
  return new UserError({code: 'CAPABILITY_MISSING', message, advice}, EXIT.capability)
}

/** A line that is no message (a library that prints to standard output) is dropped. */
function parseMessage(line: string): FromAgent | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'type' in value ? (value as FromAgent) : null
  } catch {
    return null
  }
}

async function within(done: Promise<boolean>, ms: number): Promise<boolean> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), ms)
  try {
    return await Promise.race([done, once(controller.signal, 'abort').then(() => false)])
  } finally {
    clearTimeout(timer)
  }
}

/** Of a Node crash the line with the error, of any other program its last one. */
function tellingLine(text: string): string {
  const lines = text.trim().split('\n')
  return stripControl(lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '')
}
