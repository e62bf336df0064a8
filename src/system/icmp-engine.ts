/** One ICMP socket shared by many targets: sends echo requests and gives every reply to the request it belongs to. */
import {randomBytes} from 'node:crypto'
import type {EchoExtra, EchoRequest, EchoResult} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {type Ffi, type SysResult, type Watch, netErrorOf} from './ffi.ts'
import {encodeSocketAddress} from './ffi-address.ts'
import * as C from './ffi-constants.ts'
import {type IcmpArrival, type IcmpSocket, drainIcmpSocket, explainTooBig} from './icmp-socket.ts'
import {arrivedAt} from './kernel-stamp.ts'
import {HEADER_LENGTH, NONCE_LENGTH, encodeEchoRequest} from './icmp-packet.ts'

/** Answered and expired requests that are remembered, to recognise late and duplicate replies. */
const REMEMBERED = 4096
const SEQUENCES = 65_536
const EINVAL = 22
const EMSGSIZE = 90
const ENOBUFS = 105

interface Entry {
  readonly wire: number
  readonly nonce: Buffer
  readonly request: EchoRequest
  sentAt: bigint
  readonly owner: EchoOwner
  state: 'pending' | 'answered' | 'expired'
  finish: (result: EchoResult) => void
}

/** Who sent a request: extras go there. */
interface EchoOwner {
  onExtra(extra: EchoExtra): void
}

export interface EchoEngine {
  readonly kind: IcmpSocket['kind']
  echo(request: EchoRequest, owner: EchoOwner): Promise<EchoResult>
  /** Begins to listen; again after `rest`. */
  wake(): void
  /**
   * Nobody has anything under way: the socket stays, but nothing listens to it. A poll handle that is still there when
   * the process ends makes Node abort.
   */
  rest(): void
  /** Ends what this owner has under way as `aborted`. */
  cancel(owner: EchoOwner): void
  close(): void
}

/** Takes over the socket; `close` closes it, when every owner has cancelled. */
export function echoEngine(ffi: Ffi, socket: IcmpSocket): EchoEngine {
  return new Engine(ffi, socket)
}

class Engine implements EchoEngine {
  readonly #ffi: Ffi
  readonly #socket: IcmpSocket
  #watch: Watch | null = null
  readonly #identifier = randomBytes(2).readUInt16BE(0)
  readonly #session = randomBytes(4)
  /** By the sequence number on the wire. */
  readonly #entries = new Map<number, Entry>()
  readonly #finished: Entry[] = []
  #pending = 0
  #packets = randomBytes(4).readUInt32BE(0)
  #lastWire = 0
  /** What our own kernel said last that it would take. */
  #ownLimit = 0

  constructor(ffi: Ffi, socket: IcmpSocket) {
    this.#ffi = ffi
    this.#socket = socket
  }

  wake(): void {
    if (this.#watch) return
    this.#watch = this.#ffi.watch(this.#socket.fd, () => this.#drain())
    this.#watch.hold(false)
  }

  rest(): void {
    this.#watch?.close()
    this.#watch = null
  }

  get kind(): IcmpSocket['kind'] {
    return this.#socket.kind
  }

  async echo(request: EchoRequest, owner: EchoOwner): Promise<EchoResult> {
    const to = encodeSocketAddress({address: request.address, port: 0})
    if (!to) return localFailure(-EINVAL, 'sendto')
    if (request.signal.aborted) return {status: 'aborted', took: 0}
    this.#drain()
    const wire = this.#nextWire()
    if (wire === null) return localFailure(-ENOBUFS, 'sendto')
    this.#packets = (this.#packets + 1) >>> 0
    const payload = payloadOf(this.#session, this.#packets, request.size)
    const {family} = this.#socket
    const packet = encodeEchoRequest(family, {identifier: this.#identifier, sequence: wire, payload})
    const {promise, resolve} = Promise.withResolvers<EchoResult>()
    const nonce = payload.subarray(0, NONCE_LENGTH)
    const entry: Entry = {wire, nonce, request, sentAt: 0n, owner, state: 'pending', finish: resolve}
    this.#entries.set(wire, entry)
    this.#pending++
    this.#watch?.hold(true)
    this.#send(entry, packet, to)
    return promise
  }

  cancel(owner: EchoOwner): void {
    this.#drain()
    for (const entry of this.#entries.values()) {
      const isTheirs = entry.state === 'pending' && entry.owner === owner
      if (isTheirs) this.#settle(entry, {status: 'aborted', took: sinceMs(entry.sentAt)})
    }
  }

  close(): void {
    this.rest()
    this.#ffi.libc.close(this.#socket.fd)
  }

  #send(entry: Entry, packet: Buffer, to: Buffer): void {
    const {libc} = this.#ffi
    // A call with cold caches takes tens of microseconds longer; that must not be part of a round trip.
    libc.sendto(-1, packet, C.MSG_DONTWAIT, to)
    entry.sentAt = process.hrtime.bigint()
    const first = libc.sendto(this.#socket.fd, packet, C.MSG_DONTWAIT, to)
    // A socket hands the error of an earlier packet to the next call, whomever that goes to: only the second counts.
    const sent = first >= 0 ? first : libc.sendto(this.#socket.fd, packet, C.MSG_DONTWAIT, to)
    if (sent >= 0) this.#guard(entry)
    else
      this.#settle(
        entry,
        this.#refused(sent, () => libc.sendto(this.#socket.fd, packet, C.MSG_DONTWAIT, to)),
      )
  }

  #refused(result: SysResult, again: () => void): EchoResult {
    const failure = localFailure(result, 'sendto')
    if (result !== -EMSGSIZE) return failure
    this.#ownLimit = explainTooBig(this.#ffi, this.#socket, again)
    this.#drain()
    return this.#ownLimit > 0 ? {...failure, mtu: this.#ownLimit} : failure
  }

  /** Ends the entry at its deadline or on abort, whichever comes first. */
  #guard(entry: Entry): void {
    const {signal, timeout} = entry.request
    const end = (status: 'timeout' | 'aborted'): void => {
      // A timer runs before the sockets are looked at: a reply may already wait there when this process was late.
      this.#drain()
      if (entry.state === 'pending') this.#settle(entry, {status, took: sinceMs(entry.sentAt)})
    }
    const onAbort = (): void => end('aborted')
    const timer = setTimeout(() => end('timeout'), timeout)
    signal.addEventListener('abort', onAbort, {once: true})
    const {finish} = entry
    entry.finish = (result) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      finish(result)
    }
  }

  #drain(): void {
    for (const arrival of drainIcmpSocket(this.#ffi, this.#socket)) this.#receive(arrival)
  }

  #receive(arrival: IcmpArrival): void {
    if (arrival.type === 'too-big') {
      this.#ownLimit = arrival.mtu
      return
    }
    // The kernel chooses the identifier of a datagram socket, and delivers nothing else there.
    if (this.#socket.kind === 'raw' && arrival.identifier !== this.#identifier) return
    const entry = this.#entries.get(arrival.sequence)
    if (!entry) return
    if (arrival.type === 'error') {
      if (entry.state === 'pending') this.#settle(entry, failed(entry, arrival))
      return
    }
    if (!arrival.payload.subarray(0, NONCE_LENGTH).equals(entry.nonce)) return
    this.#receiveReply(entry, arrival)
  }

  #receiveReply(entry: Entry, {stamp, payload, ttl, from}: Extract<IcmpArrival, {type: 'reply'}>): void {
    const rtt = sinceMs(entry.sentAt, arrivedAt(this.#ffi, stamp))
    const {sequence, timeout} = entry.request
    if (entry.state !== 'pending') {
      entry.owner.onExtra({kind: entry.state === 'answered' ? 'duplicate' : 'late', sequence, rtt})
    } else if (rtt > timeout) {
      this.#settle(entry, {status: 'timeout', took: timeout})
      entry.owner.onExtra({kind: 'late', sequence, rtt})
    } else {
      const clock = stamp === null ? {clock: 'user' as const} : {}
      this.#settle(entry, {status: 'reply', rtt, ttl, bytes: payload.length + HEADER_LENGTH, from, ...clock})
    }
    entry.state = 'answered'
  }

  #settle(entry: Entry, result: EchoResult): void {
    entry.state = 'expired'
    this.#pending--
    if (this.#pending === 0) this.#watch?.hold(false)
    this.#finished.push(entry)
    const oldest = this.#finished.length > REMEMBERED ? this.#finished.shift() : undefined
    if (oldest && this.#entries.get(oldest.wire) === oldest) this.#entries.delete(oldest.wire)
    entry.finish(result)
  }

  #nextWire(): number | null {
    for (let tries = 0; tries < SEQUENCES; tries++) {
      this.#lastWire = (this.#lastWire + 1) % SEQUENCES
      if (this.#entries.get(this.#lastWire)?.state !== 'pending') return this.#lastWire
    }
    return null
  }
}

function localFailure(result: SysResult, syscall: string): Extract<EchoResult, {status: 'failed'}> {
  return {status: 'failed', error: {...netErrorOf(result, syscall), local: true}, took: 0}
}

function failed(entry: Entry, {error, mtu}: Extract<IcmpArrival, {type: 'error'}>): EchoResult {
  return {status: 'failed', error, ...(mtu > 0 ? {mtu} : {}), took: sinceMs(entry.sentAt)}
}

/** Four octets of the session, four of the packet, then a pattern that shows bit errors and offsets. */
function payloadOf(session: Buffer, packet: number, size: number): Buffer {
  const payload = Buffer.alloc(Math.max(NONCE_LENGTH, size))
  payload.set(session, 0)
  payload.writeUInt32BE(packet, 4)
  for (let at = NONCE_LENGTH; at < payload.length; at++) payload[at] = at & 0xff
  return payload
}

function sinceMs(from: bigint, to: bigint = process.hrtime.bigint()): Millis {
  return Math.max(0, Number(to - from) / 1e6)
}
