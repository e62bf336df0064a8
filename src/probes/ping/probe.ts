import {UserError} from '../../core/errors.ts'
import type {AddressOutcome, Family, Outcome, Reading} from '../../core/outcome.ts'
import type {EchoSocket, Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {ExtraReply, MeasureRun, Probe, ProbeRequest, Prober} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {agreedFamily, resolveTarget} from '../shared/resolve-target.ts'
import {classifyBlackHole, classifyEcho, classifyEchoError} from './classify.ts'
import {type PingOptions, pingOptions} from './options.ts'
import {type Tried, addressOutcome, lossFacts, replyFacts} from './reading.ts'
import {searchMtu} from './search-mtu.ts'

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
  attune: (options, fields) => (fields.includes('ping.mtu') ? {...options, mtu: true} : options),
}

function checkTarget({url}: ProbeRequest<PingOptions>): void {
  if (url.port === null && url.path === '' && Object.keys(url.query).length === 0) return
  const advice = url.port === null ? [] : [`ping has no ports: probe one with tcp://${url.host}:${url.port}`]
  throw new UserError({code: 'USAGE_INVALID', message: `"${url.text}": a ping target is a host only`, advice})
}

type PingRequest = ProbeRequest<PingOptions>
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

  async #tryAddress(target: ResolvedAddress, sample: SampleRun): Promise<Tried> {
    const opening = await this.#open(target.family)
    if (opening.status === 'missing') {
      const text = `no way to send a ping: ${opening.tried.join('; ')}`
      return {status: 'skipped', because: {code: 'CAPABILITY_MISSING', text, advice: opening.remedies}}
    }
    if (opening.status === 'failed') {
      return {status: 'failed', failure: classifyEchoError(opening.error, target), took: 0}
    }
    const {socket} = opening
    return this.#request.options.mtu
      ? this.#search(socket, target, sample)
      : this.#echo(socket, target, sample)
  }

  async #echo(socket: EchoSocket, target: ResolvedAddress, {run, deadline}: SampleRun): Promise<Tried> {
    const {size} = this.#request.options
    const {signal, seq} = run
    const request = {address: target.address, sequence: seq, size, timeout: deadline.left(), signal}
    const result = await socket.echo(request)
    if (result.status === 'reply')
      return {status: 'reply', reply: result, clock: result.clock ?? socket.clock}
    const failure = classifyEcho(result, target, run.timeout)
    return {status: 'failed', failure, took: result.took, seen: result}
  }

  async #search(socket: EchoSocket, target: ResolvedAddress, {run, deadline}: SampleRun): Promise<Tried> {
    const {signal, seq} = run
    const {address, family} = target
    const found = await searchMtu({
      family,
      left: () => deadline.left(),
      echo: async (size, timeout) => socket.echo({address, sequence: seq, size, timeout, signal}),
    })
    if (found.status === 'lost') {
      const {result} = found
      return {
        status: 'failed',
        failure: classifyEcho(result, target, run.timeout),
        took: result.took,
        seen: result,
      }
    }
    const {reply} = found
    const answered = {status: 'reply', reply, clock: reply.clock ?? socket.clock, search: found} as const
    if (!found.silent) return answered
    return {status: 'failed', failure: classifyBlackHole(found, target), took: reply.rtt, answered}
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
      ...(options.df || options.mtu ? {dontFragment: true} : {}),
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
    const answered = tried.status === 'failed' ? tried.answered : tried.status === 'reply' ? tried : undefined
    if (!answered) {
      const facts = tried.status === 'failed' && tried.seen ? lossFacts(tried.seen, run.seq) : null
      const phase = {...resolved, total: this.#ports.clock.now() - started}
      return {...target, ...method, phase, ...(facts === null ? {} : {ping: facts})}
    }
    const {rtt} = answered.reply
    const phase = {...resolved, wait: rtt, total: (resolve ?? 0) + rtt}
    return {...target, ...method, rtt, phase, ping: replyFacts(answered, run.seq)}
  }
}
