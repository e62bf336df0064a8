/** The hook through which both sides of a restart reach each other. */
import type {SignalSpec} from '../../core/peer-spec.ts'
import type {Ports} from '../../core/ports.ts'
import {parseTargetUrl} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import {shorten, stripControl} from '../../core/text.ts'
import {loadProbe} from '../../probes/registry.ts'
import {type SignalMessage, parseSignal} from './offer.ts'

export interface SignalResult {
  /** What came back at once; a file has its answer later. */
  readonly answer: SignalMessage | null
  /** Why it could not be handed over. */
  readonly failed: string | null
}
export interface Signal {
  send(message: SignalMessage): Promise<SignalResult>
  /** What the other side says by itself. */
  onMessage(listener: (message: SignalMessage) => void): () => void
  close(): void
}

const TIMEOUT: Millis = 10_000
const POLL: Millis = 500

export function openSignal(spec: SignalSpec, ports: Ports): Signal {
  switch (spec.type) {
    case 'file':
      return new FileSignal(spec, ports)
    case 'http':
      return hook(async (text) => post(spec.url, text, ports))
    case 'command':
      return hook(async (text) => execute(spec.argv, text, ports))
    case 'peer':
      return hook(async () => Promise.resolve({failed: 'signal: {peer: …} is for drills only'}))
  }
}

type Said = {readonly text: string} | {readonly failed: string}

/** A hook that answers with what it prints; nothing is an answer as well. */
function hook(say: (text: string) => Promise<Said>): Signal {
  return {
    send: async (message) => {
      const said = await say(`${JSON.stringify(message)}\n`)
      if ('failed' in said) return {answer: null, failed: said.failed}
      if (said.text.trim() === '') return {answer: null, failed: null}
      const answer = parseSignal(said.text)
      const quoted = JSON.stringify(shorten(stripControl(said.text), 60))
      return {answer, failed: answer === null ? `the hook answered ${quoted}, which is no answer` : null}
    },
    onMessage: () => () => {},
    close: () => {},
  }
}

async function execute([file = '', ...args]: readonly string[], input: string, {exec}: Ports): Promise<Said> {
  const {exitCode, stdout, stderr, notFound, timedOut} = await exec.run({file, args, input, timeout: TIMEOUT})
  if (notFound) return {failed: `${file} is not there`}
  if (timedOut) return {failed: `${file} did not end within 10s`}
  if (exitCode === 0) return {text: stdout}
  return {
    failed: `${file} ended with ${exitCode ?? 'a signal'}: ${shorten(stripControl(stderr).trim(), 120)}`,
  }
}

/** By the HTTP probe, so that a failure has its words. */
async function post(url: string, body: string, ports: Ports): Promise<Said> {
  const parsed = parseTargetUrl(url)
  if (!parsed.ok) return {failed: parsed.because}
  const http = await loadProbe('http')
  const options: unknown = http.schema.parse({
    ...{method: 'POST', body, keep: '64KiB'},
    headers: ['content-type: application/json'],
  })
  const prober = await http.open({url: parsed.value, family: 0, options}, ports)
  const {signal} = new AbortController()
  const outcome = await prober.measure({seq: 1, timeout: TIMEOUT, signal})
  await prober.close()
  if (outcome.status === 'ok') return {text: outcome.reading.http?.body ?? ''}
  return {failed: outcome.status === 'failed' ? outcome.failure.message : outcome.because.text}
}

/** Two files: one that we write, one that the other side writes. Each holds the last message. */
class FileSignal implements Signal {
  readonly #spec: SignalSpec & {type: 'file'}
  readonly #ports: Pick<Ports, 'files' | 'clock'>
  readonly #listeners = new Set<(message: SignalMessage) => void>()
  #last: string | null = null
  #cancel: () => void = () => {}
  #closed = false

  constructor(spec: SignalSpec & {type: 'file'}, ports: Pick<Ports, 'files' | 'clock'>) {
    this.#spec = spec
    this.#ports = ports
    // What lies there from before is about a connection that is over.
    void this.#read().then((text) => {
      this.#last = text
      this.#arm()
    })
  }

  async send(message: SignalMessage): Promise<SignalResult> {
    try {
      await this.#ports.files.writePrivate(this.#spec.out, `${JSON.stringify(message)}\n`)
      return {answer: null, failed: null}
    } catch (error) {
      return {answer: null, failed: error instanceof Error ? error.message : String(error)}
    }
  }

  onMessage(listener: (message: SignalMessage) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  #arm(): void {
    if (this.#closed) return
    this.#cancel = this.#ports.clock.after(POLL, () => void this.#look().finally(() => this.#arm()))
  }

  async #look(): Promise<void> {
    const text = await this.#read()
    if (text === null || text === this.#last) return
    const message = parseSignal(text)
    // Half a file: the rest is there at the next look.
    if (message === null) return
    this.#last = text
    for (const listener of this.#listeners) listener(message)
  }

  async #read(): Promise<string | null> {
    return this.#ports.files.readText(this.#spec.in).catch(() => null)
  }
}
