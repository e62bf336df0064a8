import {UserError} from '../../core/errors.ts'
import type {PingFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome, Family, Outcome, Reading, SkipReason} from '../../core/outcome.ts'
import type {EchoResult, EchoSocket, Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {ExtraReply, MeasureRun, Probe, ProbeRequest, Prober} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {agreedFamily, resolveTarget} from '../shared/resolve-target.ts'
import {classifyEcho, classifyEchoError} from './classify.ts'
import {type PingOptions, pingOptions} from './options.ts'

/**
 * Sends one ICMP echo request per sample; `rtt` ends when the kernel (or, by the ping program, that) saw the reply.
 * A name is resolved before the first request and again after a failure, so a changed address is noticed.
 */
export const ping: Probe<PingOptions> = {
  kind: 'ping',
  summary: 'send ICMP echo requests and tell silence, unreachable, forbidden and loops apart',
  example: 'ping://192.0.2.1',
  defaultPort: null,
  // Any of three ways is enough; which are missing is told by the samples themselves.
  needs: [],
  schema: pingOptions,
  open: async (request, ports) => {
    checkTarget(request)
    const family = agreedFamily(request.url.host, request.family, request.source)
    return Promise.resolve(new PingProber({...request, family}, ports))
  },
}

function checkTarget({url}: ProbeRequest<PingOptions>): void {
  if (url.port === null && url.path === '' && Object.keys(url.query).length === 0) return
  const advice = url.port === null ? [] : [`ping has no ports: probe one with tcp://${url.host}:${url.port}`]
  throw new UserError({code: 'USAGE_INVALID', message: `"${url.text}": a ping target is a host only`, advice})
}

type PingRequest = ProbeRequest<PingOptions>
type Reply = EchoResult & {status: 'reply'}
type Tried =
  | {readonly status: 'reply'; readonly reply: Reply; readonly clock: EchoSocket['clock']}
  | {
      readonly status: 'failed'
      readonly failure: Failure
      readonly took: Millis
      readonly seen?: Exclude<EchoResult, {status: 'reply'}>
    }
  | {readonly status: 'skipped'; readonly because: SkipReason}

interface SampleRun {
  readonly run: MeasureRun
  readonly deadline: Deadline
  readonly resolve: Millis | null
  readonly started: Millis
}

class PingProber implements Prober {
  readonly #request: PingRequest
  readonly #ports: Ports
  readonly #sockets = new Map<Family, EchoSocket>()
  readonly #listeners: ((extra: ExtraReply) => void)[] = []
  #addresses: readonly ResolvedAddress[] | null = null
  #method: string | null = null

  constructor(request: PingRequest, ports: Ports) {
    this.#request = request
    this.#ports = ports
  }

  get method(): string | null {
    return this.#method
  }

  onExtra(listener: (extra: ExtraReply) => void): void {
    this.#listeners.push(listener)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
    return Promise.resolve()
  }

  async measure(run: MeasureRun): Promise<Outcome> {
    const {clock} = this.#ports
    const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
    try {
      const outcome = await this.#measure(run, deadline)
      if (outcome.status !== 'ok') this.#addresses = null
      return outcome
    } finally {
      deadline.stop()
    }
  }

  async #measure(run: MeasureRun, deadline: Deadline): Promise<Outcome> {
    const started = this.#ports.clock.now()
    let resolve: Millis | null = null
    if (!this.#addresses) {
      const {host} = this.#request.url
      const resolution = await resolveTarget(host, this.#request.family, this.#ports, deadline)
      resolve = resolution.took
      const phase = resolve === null ? {} : {resolve, total: resolve}
      if (resolution.status === 'failed') {
        const took = this.#ports.clock.now() - started
        return {status: 'failed', failure: resolution.failure, partial: {phase}, took}
      }
      this.#addresses = resolution.addresses
    }
    return this.#tryAddresses(this.#addresses, {run, deadline, resolve, started})
  }

  /** The first address counts; the next one only where this machine can't even send to it. */
  async #tryAddresses(targets: readonly ResolvedAddress[], sample: SampleRun): Promise<Outcome> {
    const addresses: AddressOutcome[] = targets.map((each) => ({...each, status: 'not-tried'}))
    const started = sample.started
    for (const [index, target] of targets.entries()) {
      const tried = await this.#tryAddress(target, sample)
      if (tried.status === 'skipped') return tried
      addresses[index] = addressOutcome(target, tried)
      const reading = this.#readingOf(target, tried, sample)
      const took = this.#ports.clock.now() - started
      if (tried.status === 'reply') return {status: 'ok', reading: {...reading, addresses}, took}
      const {failure} = tried
      const isOver = failure.blame !== 'local' || failure.category === 'cancelled'
      if (isOver || index === targets.length - 1) {
        return {status: 'failed', failure, partial: {...reading, addresses}, took}
      }
    }
    throw new Error('a resolution without addresses')
  }

  async #tryAddress(target: ResolvedAddress, {run, deadline}: SampleRun): Promise<Tried> {
    const opening = await this.#open(target.family)
    if (opening.status === 'missing') {
      const text = `no way to send a ping: ${opening.tried.join('; ')}`
      return {status: 'skipped', because: {code: 'CAPABILITY_MISSING', text, advice: opening.remedies}}
    }
    if (opening.status === 'failed') {
      return {status: 'failed', failure: classifyEchoError(opening.error, target), took: 0}
    }
    const {socket} = opening
    const {size} = this.#request.options
    const request = {address: target.address, sequence: run.seq, size, timeout: deadline.left()}
    const result = await socket.echo({...request, signal: run.signal})
    if (result.status === 'reply')
      return {status: 'reply', reply: result, clock: result.clock ?? socket.clock}
    const failure = classifyEcho(result, target, run.timeout)
    return {status: 'failed', failure, took: result.took, seen: result}
  }

  async #open(family: Family): ReturnType<Ports['icmp']['open']> {
    const known = this.#sockets.get(family)
    if (known) return {status: 'open', socket: known}
    const {source, interface: device, options} = this.#request
    const opening = await this.#ports.icmp.open({
      family,
      ...(source === undefined ? {} : {source}),
      ...(device === undefined ? {} : {interface: device}),
      ...(options.ttl === undefined ? {} : {ttl: options.ttl}),
      ...(options.dscp === undefined ? {} : {dscp: options.dscp}),
      ...(options.df ? {dontFragment: true} : {}),
    })
    if (opening.status !== 'open') return opening
    this.#sockets.set(family, opening.socket)
    this.#method = opening.socket.method
    opening.socket.onExtra(({kind, sequence, rtt}) => {
      for (const listener of this.#listeners) listener({kind, seq: sequence, rtt})
    })
    return opening
  }

  #readingOf(target: ResolvedAddress, tried: Tried, {run, resolve, started}: SampleRun): Reading {
    const method = this.#method === null ? {} : {method: this.#method}
    const resolved = resolve === null ? {} : {resolve}
    if (tried.status !== 'reply') {
      const seen = tried.status === 'failed' ? tried.seen : undefined
      const facts = seen ? failedFacts(seen, run.seq) : null
      const phase = {...resolved, total: this.#ports.clock.now() - started}
      return {...target, ...method, phase, ...(facts === null ? {} : {ping: facts})}
    }
    const {rtt, ttl, bytes} = tried.reply
    return {
      ...target,
      ...method,
      rtt,
      phase: {...resolved, wait: rtt, total: (resolve ?? 0) + rtt},
      ping: {ttl, bytes, sequence: run.seq, duplicate: false, clock: tried.clock},
    }
  }
}

function addressOutcome(target: ResolvedAddress, tried: Exclude<Tried, {status: 'skipped'}>): AddressOutcome {
  if (tried.status === 'reply') return {...target, status: 'ok', took: tried.reply.rtt}
  const {failure, took} = tried
  return {...target, status: failure.code === 'CANCELLED' ? 'cancelled' : 'failed', took, failure}
}

/** Null when all that is known is that no reply came. */
function failedFacts(seen: Exclude<EchoResult, {status: 'reply'}>, sequence: number): PingFacts | null {
  if (seen.status !== 'failed') return null
  const {mtu, error} = seen
  if (mtu === undefined && !error.icmp) return null
  const {type, code, from} = error.icmp ?? {from: null}
  return {
    ttl: null,
    bytes: 0,
    sequence,
    duplicate: false,
    ...(mtu === undefined ? {} : {mtu}),
    ...(from === null ? {} : {from}),
    ...(type === undefined || code === undefined ? {} : {icmp: {type, code}}),
  }
}
