/** One ICMP socket shared by many targets: sends echo requests and gives every reply to the request it belongs to. */
import {randomBytes} from 'node:crypto'
import type {EchoExtra, EchoRequest, EchoResult} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {type Ffi, type SysResult, type Watch, netErrorOf} from './ffi.ts'
import {encodeSocketAddress} from './ffi-address.ts'
import * as C from './ffi-constants.ts'
import {type IcmpArrival, type IcmpSocket, drainIcmpSocket} from './icmp-socket.ts'
import {NONCE_LENGTH, encodeEchoRequest} from './icmp-packet.ts'

/** Answered and expired requests that are remembered, to recognise late and duplicate replies. */
const REMEMBERED = 4096
const SEQUENCES = 65_536
/** A receive stamp older than this comes from a wall clock that was set meanwhile. */
const OLDEST_STAMP: Millis = 60_000

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
export interface EchoOwner {
  onExtra(extra: EchoExtra): void
}

export interface EchoEngine {
  readonly kind: IcmpSocket['kind']
  echo(request: EchoRequest, owner: EchoOwner): Promise<EchoResult>
  /** Ends what this owner has under way as `aborted`. */
  cancel(owner: EchoOwner): void
  close(): void
}

/** Takes over the socket; `close` closes it, when every owner has cancelled. */
export function echoEngine(ffi: Ffi, socket: IcmpSocket): EchoEngine {
  const identifier = randomBytes(2).readUInt16BE(0)
  const session = randomBytes(4)
  const entries = new Map<number, Entry>()
  const finished: Entry[] = []
  let pending = 0
  let packets = randomBytes(4).readUInt32BE(0)
  let lastWire = 0
  const watch: Watch = ffi.watch(socket.fd, drain)
  watch.hold(false)

  function drain(): void {
    for (const arrival of drainIcmpSocket(ffi, socket)) receive(arrival)
  }

  function receive(arrival: IcmpArrival): void {
    // The kernel chooses the identifier of a datagram socket, and delivers nothing else there.
    if (socket.kind === 'raw' && arrival.identifier !== identifier) return
    const entry = entries.get(arrival.sequence)
    if (!entry) return
    if (arrival.type === 'error') {
      if (entry.state === 'pending') settle(entry, failed(entry, arrival))
      return
    }
    if (!arrival.payload.subarray(0, NONCE_LENGTH).equals(entry.nonce)) return
    const rtt = sinceMs(entry.sentAt, arrivedAt(ffi, arrival.stamp))
    const {sequence, timeout} = entry.request
    if (entry.state !== 'pending') {
      entry.owner.onExtra({kind: entry.state === 'answered' ? 'duplicate' : 'late', sequence, rtt})
      entry.state = 'answered'
    } else if (rtt > timeout) {
      settle(entry, {status: 'timeout', took: timeout})
      entry.owner.onExtra({kind: 'late', sequence, rtt})
      entry.state = 'answered'
    } else {
      const bytes = arrival.payload.length + 8
      settle(entry, {status: 'reply', rtt, ttl: arrival.ttl, bytes, from: arrival.from})
      entry.state = 'answered'
    }
  }

  function settle(entry: Entry, result: EchoResult): void {
    entry.state = 'expired'
    pending--
    if (pending === 0) watch.hold(false)
    finished.push(entry)
    const oldest = finished.length > REMEMBERED ? finished.shift() : undefined
    if (oldest && entries.get(oldest.wire) === oldest) entries.delete(oldest.wire)
    entry.finish(result)
  }

  function nextWire(): number | null {
    for (let tries = 0; tries < SEQUENCES; tries++) {
      lastWire = (lastWire + 1) % SEQUENCES
      if (entries.get(lastWire)?.state !== 'pending') return lastWire
    }
    return null
  }

  function send(packet: Buffer, to: Buffer): SysResult {
    const first = ffi.libc.sendto(socket.fd, packet, C.MSG_DONTWAIT, to)
    if (first >= 0) return first
    // A socket hands the error of an earlier packet to the next call, whomever that goes to: only the second counts.
    return ffi.libc.sendto(socket.fd, packet, C.MSG_DONTWAIT, to)
  }

  async function echo(request: EchoRequest, owner: EchoOwner): Promise<EchoResult> {
    const to = encodeSocketAddress({address: request.address, port: 0})
    if (!to) return localFailure(-EINVAL, 'sendto')
    if (request.signal.aborted) return {status: 'aborted', took: 0}
    drain()
    const wire = nextWire()
    if (wire === null) return localFailure(-ENOBUFS, 'sendto')
    packets = (packets + 1) >>> 0
    const payload = payloadOf(session, packets, request.size)
    const packet = encodeEchoRequest(socket.family, {identifier, sequence: wire, payload})
    const {promise, resolve} = Promise.withResolvers<EchoResult>()
    const nonce = payload.subarray(0, NONCE_LENGTH)
    const entry: Entry = {wire, nonce, request, sentAt: 0n, owner, state: 'pending', finish: resolve}
    entries.set(wire, entry)
    pending++
    watch.hold(true)
    // A call with cold caches takes tens of microseconds longer; that must not be part of a round trip.
    ffi.libc.sendto(-1, packet, C.MSG_DONTWAIT, to)
    entry.sentAt = process.hrtime.bigint()
    const sent = send(packet, to)
    if (sent < 0) settle(entry, localFailure(sent, 'sendto'))
    else guard(entry)
    return promise
  }

  /** Ends the entry at its deadline or on abort, whichever comes first. */
  function guard(entry: Entry): void {
    const {signal, timeout} = entry.request
    const end = (status: 'timeout' | 'aborted'): void => {
      // A timer runs before the sockets are looked at: a reply may already wait there when this process was late.
      drain()
      if (entry.state === 'pending') settle(entry, {status, took: sinceMs(entry.sentAt)})
    }
    const onAbort = (): void => end('aborted')
    const timer = setTimeout(() => end('timeout'), timeout)
    signal.addEventListener('abort', onAbort, {once: true})
    const finish = entry.finish
    entry.finish = (result) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      finish(result)
    }
  }

  return {
    kind: socket.kind,
    echo,
    cancel: (owner) => {
      drain()
      for (const entry of entries.values()) {
        const isTheirs = entry.state === 'pending' && entry.owner === owner
        if (isTheirs) settle(entry, {status: 'aborted', took: sinceMs(entry.sentAt)})
      }
    },
    close: () => {
      watch.close()
      ffi.libc.close(socket.fd)
    },
  }
}

const EINVAL = 22
const ENOBUFS = 105

function localFailure(result: SysResult, syscall: string): EchoResult {
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

/** The monotonic time at which the kernel took the packet from the device. */
function arrivedAt(ffi: Ffi, stamp: bigint | null): bigint {
  const before = process.hrtime.bigint()
  if (stamp === null) return before
  const age = ffi.realtime() - stamp
  // The two clocks were read one after the other: the middle is when the second one was.
  const now = (before + process.hrtime.bigint()) / 2n
  return age >= 0n && age < BigInt(OLDEST_STAMP) * 1_000_000n ? now - age : now
}

function sinceMs(from: bigint, to: bigint = process.hrtime.bigint()): Millis {
  return Math.max(0, Number(to - from) / 1e6)
}
