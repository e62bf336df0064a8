/** The other end connects to us: where, by whose word, and what became of it. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {ByteStream, NetError, Ports, TcpListener} from '../../core/ports.ts'
import type {ListenSpec} from '../../core/stream-spec.ts'
import {joinHostPort} from '../../core/target.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {type Deadline, startDeadline} from '../../probes/shared/deadline.ts'
import {makeNonce} from '../../probes/shared/nonce.ts'
import {classifyNetError} from '../../probes/shared/classify-net-error.ts'
import type {Lane} from './lane.ts'
import {type LaneIdentity, type Result, receive} from './open-lane.ts'

export type InboundPorts = Pick<Ports, 'clock' | 'listen' | 'random'>

export interface Arrival {
  readonly lane: Lane
  readonly from: string
  /** From being asked to being connected, and from then to the proof of the key. */
  readonly connect: Millis
  readonly handshake: Millis
}

/** A listener for one attempt. */
export class Inbound {
  readonly #ports: InboundPorts
  readonly #identity: LaneIdentity
  readonly #token: string
  #listener: TcpListener | null = null
  #onStream: (stream: ByteStream) => void = (stream) => stream.reset()
  #onRefused: (failure: Failure) => void = () => {}

  constructor(identity: LaneIdentity, ports: InboundPorts) {
    this.#identity = identity
    this.#ports = ports
    this.#token = makeNonce(ports.random)
  }

  /** Where it listens; a failure names the direction's own trouble: a port in use, an address that isn't ours. */
  async open({address, port}: ListenSpec): Promise<Result<string>> {
    const opened = await this.#ports.listen.tcp({address, port, onStream: (stream) => this.#onStream(stream)})
    if ('code' in opened) return {ok: false, failure: listenFailure(opened, joinHostPort(address, port))}
    this.#listener = opened
    return {ok: true, value: joinHostPort(opened.local.address, opened.local.port)}
  }

  /** Asks the other end over the relay to connect, and waits for it. Connections of strangers don't count. */
  async arrive(
    relay: Pick<Lane, 'askToDial'>,
    limits: {readonly connect: Millis; readonly handshake: Millis},
    signal: AbortSignal,
  ): Promise<Result<Arrival>> {
    const {clock} = this.#ports
    const listener = this.#listener
    if (!listener) throw new Error('the listener is not open')
    const {address, port} = listener.local
    const started = clock.now()
    const met = Promise.withResolvers<Result<Arrival>>()
    const deadline = startDeadline({clock, after: limits.connect, level: 'step', parent: signal})
    const expire = (): void =>
      met.resolve({ok: false, failure: unreached(joinHostPort(address, port), limits)})
    deadline.signal.addEventListener('abort', expire, {once: true})
    this.#onRefused = (failure) => met.resolve({ok: false, failure})
    this.#onStream = (stream) => {
      const at = clock.now()
      const patience = startDeadline({clock, after: limits.handshake, level: 'step', parent: signal})
      void this.#greet(stream, patience).then((met1) => {
        if (!met1.ok) {
          if (met1.failure.code === 'STREAM_KEY_REFUSED') met.resolve(met1)
          return
        }
        const times = {connect: at - started, handshake: clock.now() - at}
        met.resolve({ok: true, value: {lane: met1.value, from: stream.remote, ...times}})
      })
    }
    relay.askToDial(this.#token, address, port)
    const result = await met.promise
    deadline.stop()
    deadline.signal.removeEventListener('abort', expire)
    this.#onStream = (stream) => stream.reset()
    return result
  }

  /** The other end told over the relay how its attempt went. */
  dialled(token: string, result: string): void {
    if (token !== this.#token || result === 'ok') return
    const text = `the other end was asked to connect to us and could not: ${result}`
    this.#onRefused(makeFailure('INBOUND_BLOCKED', text, {cause: result}))
  }

  close(): void {
    this.#listener?.close()
    this.#listener = null
  }

  async #greet(stream: ByteStream, patience: Deadline): Promise<Result<Lane>> {
    const identity = {...this.#identity, token: this.#token}
    return receive(stream, identity, patience, this.#ports).finally(() => patience.stop())
  }
}

function unreached(where: string, {connect}: {readonly connect: Millis}): Failure {
  const text = `nobody connected to ${where} within ${formatDuration(connect)}, though the other end was asked to`
  return makeFailure('INBOUND_BLOCKED', text)
}

function listenFailure(error: NetError, where: string): Failure {
  if (error.code === 'EADDRINUSE')
    return makeFailure('LISTEN_IN_USE', `another program listens on ${where}`, {cause: error.code})
  if (error.code === 'EADDRNOTAVAIL')
    return makeFailure('LOCAL_ADDRESS', `can not listen on ${where}: no address of this machine`, {
      cause: error.code,
    })
  return classifyNetError(error, {stage: 'connect', peer: where, family: null})
}
