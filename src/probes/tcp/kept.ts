/** One TCP connection that is kept open and pinged: every sample is a fresh line that the server has to echo. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome, Family, Outcome, Phases, Reading} from '../../core/outcome.ts'
import type {ByteStream, Ports, StreamEvent} from '../../core/ports.ts'
import type {TargetUrl} from '../../core/target.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {MeasureRun, Prober} from '../probe.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {type Deadline, abortOwner, startDeadline} from '../shared/deadline.ts'
import {dialAddresses} from '../shared/dial-addresses.ts'
import {makeNonce} from '../shared/nonce.ts'
import {resolveTarget} from '../shared/resolve-target.ts'
import type {AddressCoverage} from './options.ts'

export interface KeptRequest {
  readonly url: TargetUrl
  readonly port: number
  readonly family: 0 | 4 | 6
  readonly coverage: Exclude<AddressCoverage, 'all'>
  readonly source?: string | undefined
  readonly interface?: string | undefined
}

/** An established connection with the pings under way on it. */
interface Kept {
  readonly stream: ByteStream
  readonly address: {readonly address: string; readonly family: Family; readonly port: number}
  readonly addresses: readonly AddressOutcome[]
  readonly pings: Map<string, (result: Pong) => void>
  /** Octets that came and answered nothing. */
  unmatched: number
  broken: boolean
}

type Pong = {readonly at: Millis} | {readonly failure: Failure}
type Dialled =
  {readonly kept: Kept; readonly phase: Phases} | {readonly failure: Failure; readonly partial: Reading}

/** Of what came last, so much is kept: a token may arrive in pieces. */
const TAIL = 64

/**
 * Samples may overlap: each has a token of its own, so a late or replayed echo answers nothing. The connection outlives samples
 * that fail; it is dialled anew after its end, or after `reset`, when the watch has given it up.
 */
export class KeptProber implements Prober {
  readonly method = 'kept connection'
  readonly concurrent = true
  readonly #request: KeptRequest
  readonly #ports: Ports
  readonly #over = new AbortController()
  readonly #listeners: ((failure: Failure) => void)[] = []
  #kept: Kept | null = null
  #dialling: Promise<Dialled> | null = null

  constructor(request: KeptRequest, ports: Ports) {
    this.#request = request
    this.#ports = ports
  }

  onBroken(listener: (failure: Failure) => void): void {
    this.#listeners.push(listener)
  }

  reset(): void {
    const kept = this.#kept
    this.#kept = null
    if (!kept) return
    // Those who wait go on waiting until their deadline: our own close is no news about the server.
    kept.broken = true
    kept.stream.close()
  }

  async close(): Promise<void> {
    this.#over.abort(new Error('the watch ended'))
    this.reset()
    await Promise.resolve()
  }

  async measure(run: MeasureRun): Promise<Outcome> {
    const {clock} = this.#ports
    const started = clock.now()
    const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
    try {
      const dialled = this.#kept
        ? {kept: this.#kept, phase: {}}
        : await (this.#dialling ??= this.#dial(deadline).finally(() => (this.#dialling = null)))
      const took = (): Millis => clock.now() - started
      if ('failure' in dialled) return {status: 'failed', ...dialled, took: took()}
      const asked = clock.now()
      const pong = await this.#ping(dialled.kept, deadline)
      const wait = 'at' in pong ? pong.at - asked : null
      const reading = readingOf(dialled.kept, {...dialled.phase, ...(wait !== null && {wait})}, wait)
      return 'failure' in pong
        ? {status: 'failed', failure: pong.failure, partial: reading, took: took()}
        : {status: 'ok', reading, took: took()}
    } finally {
      deadline.stop()
    }
  }

  async #dial(deadline: Deadline): Promise<Dialled> {
    const {url, port, family, coverage, source, interface: device} = this.#request
    const found = await resolveTarget(url.host, family, this.#ports, deadline)
    const resolve: Phases = found.took === null ? {} : {resolve: found.took}
    if (found.status === 'failed') return {failure: found.failure, partial: {port, phase: resolve}}
    const addresses = coverage === 'first' ? found.addresses.slice(0, 1) : found.addresses
    const strategy = coverage === 'race' ? 'race' : 'order'
    const plan = {addresses, port, source, interface: device, deadline, strategy} as const
    const dialled = await dialAddresses(plan, this.#ports)
    const phase = {...resolve, connect: dialled.took}
    if (dialled.status === 'failed') {
      const partial = {...dialled.address, port, phase, addresses: dialled.addresses}
      return {failure: dialled.failure, partial}
    }
    const {stream, winner} = dialled
    const kept: Kept = {
      stream,
      address: {...winner, port},
      addresses: dialled.addresses,
      pings: new Map(),
      unmatched: 0,
      broken: false,
    }
    this.#kept = kept
    void this.#listen(kept)
    return {kept, phase}
  }

  async #ping(kept: Kept, deadline: Deadline): Promise<Pong> {
    const token = makeNonce(this.#ports.random)
    const pong = Promise.withResolvers<Pong>()
    const onEnd = (): void => pong.resolve({failure: silence(kept, deadline)})
    kept.pings.set(token, pong.resolve)
    deadline.signal.addEventListener('abort', onEnd, {once: true})
    if (deadline.signal.aborted) onEnd()
    else if (kept.broken) pong.resolve({failure: ended(kept, {type: 'end'})})
    else {
      const error = await kept.stream.write(Buffer.from(`netdrill ${token}\n`))
      if (error) pong.resolve({failure: ended(kept, {type: 'error', error})})
    }
    const result = await pong.promise
    deadline.signal.removeEventListener('abort', onEnd)
    kept.pings.delete(token)
    return result
  }

  async #listen(kept: Kept): Promise<void> {
    let tail = ''
    for (;;) {
      const event = await kept.stream.read(this.#over.signal)
      if (event.type !== 'data') {
        this.#end(kept, event)
        return
      }
      const at = this.#ports.clock.now()
      const text = tail + Buffer.from(event.data).toString('latin1')
      const answered = [...kept.pings].filter(([token]) => text.includes(token))
      for (const [token, resolve] of answered) {
        kept.pings.delete(token)
        resolve({at})
      }
      if (answered.length === 0) kept.unmatched += event.data.length
      tail = text.slice(-TAIL)
    }
  }

  /** Whoever waits is answered; when nobody does, the end is news of its own. */
  #end(kept: Kept, event: Exclude<StreamEvent, {type: 'data'}>): void {
    if (kept.broken) return
    kept.broken = true
    kept.stream.close()
    if (this.#kept === kept) this.#kept = null
    if (event.type === 'aborted') return
    const failure = ended(kept, event)
    const waiting = [...kept.pings.values()]
    for (const resolve of waiting) resolve({failure})
    if (waiting.length === 0) for (const listener of this.#listeners) listener(failure)
  }
}

function ended({stream, address}: Kept, event: Exclude<StreamEvent, {type: 'data' | 'aborted'}>): Failure {
  if (event.type === 'end')
    return makeFailure('TCP_CLOSED', `${stream.remote} closed the connection that was kept`)
  return classifyNetError(event.error, {stage: 'receive', peer: stream.remote, family: address.family})
}

function silence({stream, unmatched}: Kept, deadline: Deadline): Failure {
  const owner = abortOwner(deadline.signal)
  if (owner?.by !== 'deadline') return makeFailure('CANCELLED', `waiting for ${stream.remote} was cancelled`)
  const aside = unmatched === 0 ? '' : ` (${unmatched} octets came that answer no ping)`
  const text = `${stream.remote} did not echo the ping within ${formatDuration(owner.after)}${aside}`
  return makeFailure('TCP_SILENT', text)
}

/** Round trips are those of the ping; the handshake is told where this sample needed one. */
function readingOf({stream, address, addresses}: Kept, phase: Phases, wait: Millis | null): Reading {
  const total = Object.values(phase).reduce((sum, one) => sum + one, 0)
  return {
    ...address,
    ...(wait === null ? {} : {rtt: wait}),
    phase: {...phase, total},
    addresses,
    tcp: {local: stream.local, remote: stream.remote, banner: null},
  }
}
