/** One sample: the binding request, what it takes to tell the mapping, and the look over TCP. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Outcome, Phases} from '../../core/outcome.ts'
import type {DatagramSocket, NetError, Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {MeasureRun, ProbeRequest} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {resolveTarget} from '../shared/resolve-target.ts'
import type {Peer} from '../udp/exchange.ts'
import {datagramFailure} from '../udp/failure.ts'
import {askFirstUsable} from '../udp/first-usable.ts'
import {type Binding, type Bound, bind} from './bind.ts'
import {type Answer, type Tried, factsOf, readingOf} from './facts.ts'
import type {Endpoint} from './message.ts'
import type {StunOptions} from './options.ts'
import {reachOverTcp} from './reach-over-tcp.ts'

export type StunRequest = ProbeRequest<StunOptions> & {
  readonly port: number
  /** Host and port. */
  readonly second: Endpoint | null
}

/** With a look over TCP to come, UDP does not get all of the time. */
const UDP_SHARE = 0.6

export class StunSample {
  readonly #request: StunRequest
  readonly #run: MeasureRun
  readonly #ports: Ports

  constructor(request: StunRequest, run: MeasureRun, ports: Ports) {
    this.#request = request
    this.#run = run
    this.#ports = ports
  }

  async measure(): Promise<Outcome> {
    const {clock} = this.#ports
    const {timeout, signal} = this.#run
    const {url, family, port} = this.#request
    const started = clock.now()
    const took = (): Millis => clock.now() - started
    const deadline = startDeadline({clock, after: timeout, level: 'sample', parent: signal})
    try {
      const found = await resolveTarget(url.host, family, this.#ports, deadline)
      const resolve: Pick<Phases, 'resolve'> = found.took === null ? {} : {resolve: found.took}
      if (found.status === 'failed') {
        const partial = {port, phase: {...resolve, total: found.took}}
        return {status: 'failed', failure: found.failure, partial, took: took()}
      }
      const {addresses, address, tried} = await askFirstUsable(found.addresses, async (each) =>
        this.#ask({...each, port}, deadline),
      )
      const reading = readingOf({...address, port}, tried, {resolve, addresses})
      const {failure} = tried
      return failure
        ? {status: 'failed', failure, partial: reading, took: took()}
        : {status: 'ok', reading, took: took()}
    } finally {
      deadline.stop()
    }
  }

  /** The mapping is told by several servers that see the same local port, so their socket can't be connected. */
  async #ask(peer: Peer, deadline: Deadline): Promise<Tried> {
    const {second, options} = this.#request
    const addressed = second !== null || options.mapping
    const socket = await this.#open(peer, addressed ? undefined : peer)
    if ('code' in socket) return unsent(socket, peer)
    try {
      const local = addressed ? await this.#localAddress(peer) : socket.local.address
      if (typeof local !== 'string') return unsent(local, peer)
      const {retransmit} = options
      const first = await this.#bindFirst({peer, socket, addressed, retransmit, deadline})
      const answers: Answer[] = [{peer, bound: first}]
      const failed = first.failure ?? (addressed ? await this.#askOthers(answers, socket, deadline) : null)
      const {failure, tcp} = failed
        ? await this.#explain(failed, {peer, bound: first}, deadline)
        : {failure: null, tcp: null}
      const facts = factsOf(answers, {local: {address: local, port: socket.local.port}, tcp})
      return {failure, wait: first.wait, facts}
    } finally {
      socket.close()
    }
  }

  async #bindFirst(binding: Binding): Promise<Bound> {
    const {deadline} = binding
    if (!this.#request.options.tcp) return bind(binding, this.#ports)
    const share = startDeadline({
      clock: this.#ports.clock,
      after: deadline.left() * UDP_SHARE,
      level: 'step',
      parent: deadline.signal,
    })
    const bound = await bind({...binding, deadline: share}, this.#ports)
    share.stop()
    return bound
  }

  /** Adds an answer per further server; gives what kept it from telling the mapping. */
  async #askOthers(answers: Answer[], socket: DatagramSocket, deadline: Deadline): Promise<Failure | null> {
    const [first] = answers
    if (!first) return null
    const others = await this.#others(first, deadline)
    if ('code' in others) return others
    for (const peer of others) {
      const {retransmit} = this.#request.options
      const bound = await bind({peer, socket, addressed: true, retransmit, deadline}, this.#ports)
      answers.push({peer, bound})
      if (bound.failure) {
        const message = `asked as the second server for the mapping, ${bound.failure.message}`
        return {...bound.failure, message}
      }
    }
    return null
  }

  async #others({peer, bound}: Answer, deadline: Deadline): Promise<readonly Peer[] | Failure> {
    const {second} = this.#request
    const {family} = peer
    if (second) {
      const found = await resolveTarget(second.address, family, this.#ports, deadline)
      if (found.status === 'failed') return found.failure
      const [address] = found.addresses.filter((each) => each.family === family)
      if (address) return [{...address, port: second.port}]
      const text = `the second server ${second.address} has no IPv${family} address, as the first one has`
      return makeFailure('DNS_NODATA', text)
    }
    const other = bound.message?.other
    if (!other) {
      const name = joinHostPort(peer.address, peer.port)
      return makeFailure('STUN_NO_OTHER_ADDRESS', `${name} answered, without OTHER-ADDRESS`)
    }
    // RFC 5780 section 4.3: the other address with our port first, then with its other port.
    return [
      {address: other.address, port: peer.port, family},
      {address: other.address, port: other.port, family},
    ]
  }

  /** Where packets to the peer leave from: a connected socket knows, and sends nothing for it. */
  async #localAddress(peer: Peer): Promise<string | NetError> {
    const socket = await this.#open(peer, peer)
    if ('code' in socket) return socket
    socket.close()
    return socket.local.address
  }

  async #open({family}: Peer, connect: Peer | undefined): Promise<DatagramSocket | NetError> {
    const {source, interface: device} = this.#request
    return this.#ports.datagram.open({
      family,
      explain: true,
      ...(connect ? {connect: {address: connect.address, port: connect.port}} : {}),
      ...(source === undefined ? {} : {source}),
      ...(device === undefined ? {} : {interface: device}),
    })
  }

  /** Silence of the first server may mean that UDP is blocked. */
  async #explain(
    failure: Failure,
    {peer, bound}: Answer,
    deadline: Deadline,
  ): Promise<{readonly failure: Failure; readonly tcp: string | null}> {
    const silent = bound.failure?.code === 'STUN_NO_REPLY' && !deadline.signal.aborted
    const {options, source, interface: device} = this.#request
    if (!silent || !options.tcp) return {failure, tcp: null}
    const tcp = await reachOverTcp({peer, source, interface: device, deadline}, this.#ports)
    if (tcp === null) return {failure, tcp}
    const message = `${failure.message}, while ${tcp} accepts TCP connections`
    return {failure: makeFailure('STUN_UDP_BLOCKED', message), tcp}
  }
}

function unsent(error: NetError, peer: Peer): Tried {
  return {failure: datagramFailure(error, peer, 'connect'), wait: null, facts: null}
}
