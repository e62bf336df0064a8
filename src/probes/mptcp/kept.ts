/** One connection for all samples: what is measured is the answer over it, and what its subflows do. */
import {makeFailure} from '../../core/codes/index.ts'
import type {MptcpFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Outcome, Reading} from '../../core/outcome.ts'
import type {ByteStream, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {MeasureRun, Prober} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import type {Dialled} from '../shared/dial-addresses.ts'
import {resolveTarget} from '../shared/resolve-target.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {contextOf, endOf} from '../tcp/observation.ts'
import {judgeMptcp} from './judge.ts'
import type {MptcpRequest} from './request.ts'
import {RetryTriggers} from './retry-triggers.ts'
import type {TransportMemory} from './transport-memory.ts'
import {type Transport, type TransportPlan, openTransport, tryMptcpAgain} from './transport.ts'

type Standing = Dialled & {status: 'connected'}

interface Exchange {
  readonly failure: Failure | null
  /** The connection is of no use any more. */
  readonly over: boolean
}

interface Open {
  readonly transport: Transport
  readonly dialled: Standing
}

const kept = new WeakMap<object, KeptConnection>()

/** All probers of a target share one connection: `request` is what they have in common. */
export function openKept(request: object, checked: MptcpRequest, ports: Ports): Prober {
  const connection = kept.get(request) ?? new KeptConnection(checked, ports)
  kept.set(request, connection)
  connection.users += 1
  return {
    method: null,
    measure: async (run) => connection.measure(run),
    close: async () => {
      connection.users -= 1
      if (connection.users === 0) connection.close()
      return Promise.resolve()
    },
  }
}

class KeptConnection {
  users = 0
  readonly #request: MptcpRequest
  readonly #ports: Ports
  readonly #triggers: RetryTriggers | null
  #open: Open | null = null
  /** Answers have no names, so samples take turns. */
  #turn: Promise<unknown> = Promise.resolve()
  /** A try of MPTCP while plain TCP carries the samples; `found` when it has worked. */
  #retry: {readonly stop: AbortController; found: Open | null} | null = null

  constructor(request: MptcpRequest, ports: Ports) {
    this.#request = request
    this.#ports = ports
    this.#triggers = request.memory === null ? null : new RetryTriggers(request.memory, ports)
  }

  async measure(run: MeasureRun): Promise<Outcome> {
    const {clock} = this.#ports
    const started = clock.now()
    const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
    const mine = this.#turn.then(async () => this.#outcome(deadline, started))
    this.#turn = mine
    return mine.finally(() => deadline.stop())
  }

  close(): void {
    this.#triggers?.close()
    this.#retry?.stop.abort()
    this.#retry?.found?.transport.close()
    this.#drop()
  }

  async #outcome(deadline: Deadline, started: Millis): Promise<Outcome> {
    const {clock, mptcp} = this.#ports
    const missing = this.#request.memory === null ? await mptcp.missing() : null
    if (missing) {
      const because = {code: 'CAPABILITY_MISSING' as const, text: missing.text, advice: missing.remedies}
      return {status: 'skipped', because}
    }
    await this.#triggers?.look()
    const {failure, reading} = await this.#sample(deadline)
    const took = clock.now() - started
    if (failure === null) return {status: 'ok', reading, took}
    return {status: 'failed', failure, partial: reading, took}
  }

  async #sample(deadline: Deadline): Promise<{readonly failure: Failure | null; readonly reading: Reading}> {
    const {clock} = this.#ports
    const begun = clock.now()
    const failure = await this.#connect(deadline)
    const connect = clock.now() - begun
    const open = this.#open
    if (!open) return {failure: failure ?? unknown(), reading: {port: this.#request.port, phase: {connect}}}
    const sent = clock.now()
    const answer = await this.#exchange(open, deadline)
    const rtt = clock.now() - sent
    const mptcp = await this.#facts(open)
    const reading = this.#reading(open, mptcp, connect)
    // What was answered late would be taken for the answer to the next sample.
    if (answer.over) this.#drop()
    if (answer.failure !== null) return {failure: answer.failure, reading}
    const judged = judgeMptcp(this.#request.options, mptcp, deadline)
    return {failure: judged, reading: {...reading, rtt}}
  }

  #reading({dialled: {winner}}: Open, mptcp: MptcpFacts, connect: Millis): Reading {
    return {...winner, port: this.#request.port, phase: {connect}, mptcp}
  }

  /** A connection that stopped being MPTCP is tried again like one that never was. */
  async #facts({transport, dialled}: Open): Promise<MptcpFacts> {
    const facts = await transport.facts(dialled.stream)
    const {memory} = this.#request
    if (facts.used || memory === null || memory.waits) return facts
    memory.failed(this.#ports.clock.now())
    return transport.facts(dialled.stream)
  }

  /** Opens the connection if there is none. One by plain TCP is used until a try of MPTCP beside it has worked. */
  async #connect(deadline: Deadline): Promise<Failure | null> {
    const {memory} = this.#request
    if (this.#open && memory) this.#retryBeside(memory, deadline.left())
    if (this.#open) return null
    const plan = await this.#plan(deadline)
    if ('failure' in plan) return plan.failure
    const transport = await openTransport(plan, this.#ports)
    const {dialled} = transport
    if (dialled.status === 'failed') return dialled.failure
    this.#open = {transport, dialled}
    return null
  }

  async #plan(deadline: Deadline): Promise<TransportPlan | {readonly failure: Failure}> {
    const {url, family, port, source, interface: device, memory} = this.#request
    const found = await resolveTarget(url.host, family, this.#ports, deadline)
    if (found.status === 'failed') return {failure: found.failure}
    return {addresses: found.addresses, port, source, interface: device, deadline, memory}
  }

  /** Takes the better connection over, or begins to look for one where that is due; no sample waits for it. */
  #retryBeside(memory: TransportMemory, time: Millis): void {
    if (this.#retry?.found) {
      this.#drop()
      this.#open = this.#retry.found
      this.#retry = null
      return
    }
    const {clock} = this.#ports
    if (this.#retry || !memory.waits || !memory.ask(clock.now()).mptcp) return
    const retry = {stop: new AbortController(), found: null as Open | null}
    this.#retry = retry
    void this.#lookBeside(memory, {time, signal: retry.stop.signal}).then((found) => {
      if (retry.stop.signal.aborted) found?.transport.close()
      else if (found) retry.found = found
      else this.#retry = null
    })
  }

  async #lookBeside(
    memory: TransportMemory,
    {time, signal}: {readonly time: Millis; readonly signal: AbortSignal},
  ): Promise<Open | null> {
    const {clock} = this.#ports
    const deadline = startDeadline({clock, after: time, level: 'sample', parent: signal})
    try {
      const plan = await this.#plan(deadline)
      if ('failure' in plan) {
        memory.failed(clock.now())
        return null
      }
      const transport = await tryMptcpAgain({...plan, memory}, this.#ports)
      return transport?.dialled.status === 'connected' ? {transport, dialled: transport.dialled} : null
    } catch {
      // Nobody waits for this try, and the connection by plain TCP goes on whatever it meets.
      memory.failed(clock.now())
      return null
    } finally {
      deadline.stop()
    }
  }

  async #exchange({dialled: {stream, winner}}: Open, deadline: Deadline): Promise<Exchange> {
    const {clock} = this.#ports
    const {options} = this.#request
    const observation = {stream, family: winner.family, rtt: 0, options: {banner: false}, deadline, clock}
    // Its time is over before its turn came: that says nothing about the connection, which others may still get an answer from.
    if (deadline.signal.aborted) return {failure: endOf({type: 'aborted'}, observation), over: false}
    await drain(stream)
    const text = Buffer.from(options.send ?? '')
    const error = await stream.write(options.size === undefined ? text : Buffer.alloc(options.size, text))
    if (error) return {failure: classifyNetError(error, contextOf(observation, 'send')), over: true}
    for (let missing = options.size ?? 1; missing > 0;) {
      const event = await stream.read(deadline.signal)
      if (event.type !== 'data')
        return {failure: endOf(event, observation, 'instead of answering'), over: true}
      missing -= event.data.length
    }
    return {failure: null, over: false}
  }

  #drop(): void {
    this.#open?.transport.close()
    this.#open = null
  }
}

/** Takes what is there already. */
async function drain(stream: ByteStream): Promise<void> {
  const now = AbortSignal.abort()
  for (let event = await stream.read(now); event.type === 'data'; event = await stream.read(now)) continue
}

function unknown(): Failure {
  return makeFailure('UNKNOWN', 'there is no connection')
}
