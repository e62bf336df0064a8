import {UserError} from '../../core/errors.ts'
import type {Failure} from '../../core/failure.ts'
import {makeFailure} from '../../core/codes/index.ts'
import type {Outcome, Phases} from '../../core/outcome.ts'
import type {DatagramSocket, Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import {shorten} from '../../core/text.ts'
import type {Millis} from '../../core/units.ts'
import type {ExtraReply, MeasureRun, Probe, ProbeRequest, Prober} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {makeNonce} from '../shared/nonce.ts'
import {agreedFamily, resolveTarget} from '../shared/resolve-target.ts'
import {type Answered, type Peer, askOverUdp, isSameAddress} from './exchange.ts'
import {type Tried, factsOf, readingOf} from './facts.ts'
import {datagramFailure, silenceFailure} from './failure.ts'
import {askFirstUsable} from './first-usable.ts'
import {type UdpOptions, udpOptions} from './options.ts'
import {parsePayload, showBytes} from './payload.ts'
import {type UdpPreset, presetOfPort, presetPayload} from './presets.ts'

/** Sends one datagram per sample and waits for a reply or an ICMP error; `rtt` ends when the reply came. */
export const udp: Probe<UdpOptions> = {
  kind: 'udp',
  summary: 'send a datagram and tell open, closed and filtered UDP ports apart',
  example: 'udp://192.0.2.1:123',
  defaultPort: null,
  needs: [],
  schema: udpOptions,
  open: async (request, ports) => {
    const target = checkTarget(request)
    return Promise.resolve(new UdpProber({...request, ...target}, ports))
  },
}

type UdpRequest = ProbeRequest<UdpOptions> & {readonly port: number}

function checkTarget({
  url,
  family,
  source,
  options,
}: ProbeRequest<UdpOptions>): Pick<UdpRequest, 'port' | 'family'> {
  const usage = (message: string, advice: readonly string[] = []): UserError =>
    new UserError({code: 'USAGE_INVALID', message, advice})
  if (url.port === null) throw usage(`"${url.text}" names no port`, [`add the port: udp://${url.host}:123`])
  if (url.path !== '' || Object.keys(url.query).length > 0)
    throw usage(`"${url.text}": a UDP target ends with its port`)
  if (options.send !== undefined && options.preset !== undefined)
    throw usage('send and preset contradict each other', ['use one of them'])
  if (options.nonce === true && options.preset !== undefined)
    throw usage('a preset has an identifier of its own, so nonce contradicts it', ['use one of them'])
  return {port: url.port, family: agreedFamily(url.host, family, source)}
}

/** Replies later than this after the first one count for nothing; it bounds how many sockets stay open. */
const OPEN_SOCKETS = 64
/** A second copy of a reply follows on its heels: the end of a run looks for it so long. */
const LAST_LOOK: Millis = 20

class UdpProber implements Prober {
  readonly method = null
  readonly #request: UdpRequest
  readonly #ports: Ports
  readonly #listeners: ((extra: ExtraReply) => void)[] = []
  /** Of samples that have ended, oldest first: later replies come to them. */
  readonly #sockets: DatagramSocket[] = []

  constructor(request: UdpRequest, ports: Ports) {
    this.#request = request
    this.#ports = ports
  }

  onExtra(listener: (extra: ExtraReply) => void): void {
    this.#listeners.push(listener)
  }

  async close(): Promise<void> {
    if (this.#sockets.length > 0) await this.#ports.clock.sleep(LAST_LOOK)
    for (const socket of this.#sockets.splice(0)) socket.close()
  }

  async measure(run: MeasureRun): Promise<Outcome> {
    const {clock} = this.#ports
    const started = clock.now()
    const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
    try {
      const {url, family, port} = this.#request
      const found = await resolveTarget(url.host, family, this.#ports, deadline)
      const resolve: Pick<Phases, 'resolve'> = found.took === null ? {} : {resolve: found.took}
      if (found.status === 'failed') {
        const partial = {port, phase: {...resolve, total: found.took}}
        return {status: 'failed', failure: found.failure, partial, took: clock.now() - started}
      }
      const {addresses, address, tried} = await askFirstUsable(found.addresses, async (each) =>
        this.#ask({...each, port}, run.seq, deadline),
      )
      const reading = readingOf({...address, port}, tried, {resolve, addresses})
      const took = clock.now() - started
      return tried.failure
        ? {status: 'failed', failure: tried.failure, partial: reading, took}
        : {status: 'ok', reading, took}
    } finally {
      deadline.stop()
    }
  }

  async #ask(peer: Peer, seq: number, deadline: Deadline): Promise<Tried> {
    const {source, interface: device} = this.#request
    const socket = await this.#ports.datagram.open({
      family: peer.family,
      connect: {address: peer.address, port: peer.port},
      strangers: true,
      explain: true,
      ...(source === undefined ? {} : {source}),
      ...(device === undefined ? {} : {interface: device}),
    })
    if ('code' in socket) return {failure: datagramFailure(socket, peer, 'connect'), wait: null, facts: null}
    const {payload, preset, nonce} = this.#payload(peer.port)
    const isOurs = (data: Uint8Array): boolean => nonce === null || Buffer.from(data).includes(nonce)
    const sentAt = this.#ports.clock.now()
    const question = {peer, payload, read: (data: Uint8Array) => (isOurs(data) ? data : null), deadline}
    const answered = await askOverUdp(question, socket, this.#ports)
    this.#keep(socket, {seq, sentAt, peer, isOurs, answered: answered.status === 'answer'})
    const failure = this.#judge(answered, peer, deadline)
    const sent = payload.length
    const facts = factsOf(answered, {
      peer,
      failure,
      preset,
      sent,
      local: socket.local,
      counts: nonce !== null,
    })
    return {failure, wait: answered.waited, facts}
  }

  #payload(port: number): Payload {
    const {send, preset, nonce: asked} = this.#request.options
    const {random} = this.#ports
    const parsed = send === undefined ? null : parsePayload(send)
    if (asked === true) {
      const nonce = makeNonce(random)
      const text = parsed?.ok ? parsed.value : new Uint8Array()
      return {payload: Buffer.concat([text, Buffer.from(nonce)]), preset: null, nonce}
    }
    if (parsed?.ok) return {payload: parsed.value, preset: null, nonce: null}
    const chosen = preset ?? presetOfPort(port)
    const payload = chosen ? presetPayload(chosen, random) : new Uint8Array()
    return {payload, preset: chosen, nonce: null}
  }

  #judge(answered: Answered<Uint8Array>, peer: Peer, deadline: Deadline): Failure | null {
    switch (answered.status) {
      case 'error':
        return datagramFailure(answered.error, peer, answered.stage)
      case 'silence':
        return silenceFailure({code: 'UDP_NO_REPLY', peer, deadline, ...answered})
      case 'answer':
        return this.#mismatch(answered.data, peer)
    }
  }

  #mismatch(data: Uint8Array, {address, port}: Peer): Failure | null {
    const wanted = this.#request.options.expect_reply
    const parsed = wanted === undefined ? null : parsePayload(wanted)
    if (!parsed?.ok || Buffer.from(data).includes(Buffer.from(parsed.value))) return null
    const got = `${joinHostPort(address, port)} replied "${shorten(showBytes(data), 80)}"`
    return makeFailure('EXPECT_MISMATCH', `${got}, without the expected "${shorten(wanted ?? '', 80)}"`)
  }

  /** Listens on for further replies, until the run ends or many newer samples were taken. */
  #keep(socket: DatagramSocket, sample: Sent): void {
    const {seq, sentAt, peer, isOurs} = sample
    let answered = sample.answered
    socket.onMessage(({data, from, at}) => {
      if (from.port !== peer.port || !isSameAddress(from.address, peer.address) || !isOurs(data)) return
      const kind = answered ? 'duplicate' : 'late'
      answered = true
      for (const listener of this.#listeners) listener({kind, seq, rtt: at - sentAt})
    })
    this.#sockets.push(socket)
    if (this.#sockets.length > OPEN_SOCKETS) this.#sockets.shift()?.close()
  }
}

interface Payload {
  readonly payload: Uint8Array
  readonly preset: UdpPreset | null
  /** What a reply has to hold; null when any reply counts. */
  readonly nonce: string | null
}

interface Sent {
  readonly seq: number
  readonly sentAt: Millis
  readonly peer: Peer
  readonly isOurs: (data: Uint8Array) => boolean
  readonly answered: boolean
}
