/** Opens ICMP sockets with all their options, and reads what arrives on them. */
import {networkInterfaces} from 'node:os'
import type {Family} from '../core/outcome.ts'
import type {EchoSocketRequest, NetError} from '../core/ports.ts'
import {
  type Ffi,
  bindAddress,
  bindToDevice,
  errnoName,
  intOption,
  netErrorOf,
  openIcmpDatagram,
  openIcmpRaw,
} from './ffi.ts'
import * as C from './ffi-constants.ts'
import {type ReceivedMessage, readErrorQueue, receiveMessage} from './ffi-message.ts'
import {
  decodeEchoReply,
  decodeEchoRequest,
  decodeIcmpReport,
  endsRequest,
  errnoOfIcmp,
  splitIpv4,
} from './icmp-packet.ts'
import {setErrorKeeping} from './icmp-report.ts'

export type IcmpSocketKind = 'datagram' | 'raw'

export interface IcmpSocket {
  readonly fd: number
  readonly kind: IcmpSocketKind
  readonly family: Family
}

/** Something that arrived, already taken apart. */
export type IcmpArrival =
  | {
      readonly type: 'reply'
      readonly identifier: number
      readonly sequence: number
      readonly payload: Buffer
      readonly from: string
      readonly ttl: number | null
      /** Nanoseconds of CLOCK_REALTIME; null when the kernel gave none. */
      readonly stamp: bigint | null
    }
  | {
      readonly type: 'error'
      readonly identifier: number
      readonly sequence: number
      readonly error: NetError
      readonly mtu: number
    }
  /** Our own kernel refused a packet as larger than this. */
  | {readonly type: 'too-big'; readonly mtu: number}

/** Room for the replies of a thousand hosts that answer at once. */
const RECEIVE_BUFFER = 1_048_576
/** The error queue holds fewer entries than this; more would mean a broken socket. */
const MAX_ERRORS = 1000
/** Types that a raw socket lets through; the filters have a bit per type that is blocked. */
const WANTED: Readonly<Record<Family, readonly number[]>> = {4: [0, 3, 11, 12], 6: [129, 1, 2, 3, 4]}

/** Opens one kind of socket; an error with the code EACCES or EPERM means that this kind is not allowed here. */
export function openIcmpSocket(
  ffi: Ffi,
  kind: IcmpSocketKind,
  request: EchoSocketRequest,
): IcmpSocket | NetError {
  const {family} = request
  const fd = kind === 'datagram' ? openIcmpDatagram(ffi, family) : openIcmpRaw(ffi, family)
  if (fd < 0) return netErrorOf(fd, 'socket')
  const error = configure(ffi, fd, kind, request)
  if (!error) return {fd, kind, family}
  ffi.libc.close(fd)
  return error
}

function configure(ffi: Ffi, fd: number, kind: IcmpSocketKind, request: EchoSocketRequest): NetError | null {
  const {family, source} = request
  const level = family === 4 ? C.IPPROTO_IP : C.IPPROTO_IPV6
  const set = (at: number, option: number, value: number): void => {
    ffi.libc.setsockopt(fd, at, option, intOption(value))
  }
  set(C.SOL_SOCKET, C.SO_RCVBUF, RECEIVE_BUFFER)
  set(C.SOL_SOCKET, C.SO_TIMESTAMPNS, 1)
  set(level, family === 4 ? C.IP_RECVTTL : C.IPV6_RECVHOPLIMIT, 1)
  for (const [option, value] of markings(request)) {
    // A ping that goes out otherwise than asked would answer another question.
    const done = ffi.libc.setsockopt(fd, level, option, intOption(value))
    if (done < 0) return netErrorOf(done, 'setsockopt')
  }
  if (kind === 'datagram') set(level, family === 4 ? C.IP_RECVERR : C.IPV6_RECVERR, 1)
  else filterTypes(ffi, fd, family)
  if (request.interface !== undefined) {
    const bound = bindToDevice(ffi, fd, request.interface)
    if (bound < 0) return netErrorOf(bound, 'setsockopt')
  }
  if (source !== undefined) {
    const bound = bindAddress(ffi, fd, {address: source, port: 0})
    if (bound < 0) return netErrorOf(bound, 'bind')
  }
  return null
}

/** What the header of the requests says, as options of the family's level. */
function markings(request: EchoSocketRequest): readonly (readonly [option: number, value: number])[] {
  const {family, ttl, dscp, dontFragment} = request
  const rows: (readonly [number, number])[] = []
  if (ttl !== undefined) rows.push([family === 4 ? C.IP_TTL : C.IPV6_UNICAST_HOPS, ttl])
  // The two low bits are ECN's (RFC 3168) and stay 0.
  if (dscp !== undefined) rows.push([family === 4 ? C.IP_TOS : C.IPV6_TCLASS, dscp << 2])
  if (dontFragment !== true) return rows
  rows.push([family === 4 ? C.IP_MTU_DISCOVER : C.IPV6_MTU_DISCOVER, C.PMTUDISC_PROBE])
  if (family === 6) rows.push([C.IPV6_DONTFRAG, 1])
  return rows
}

/**
 * Sends what was refused as too large once more, so that the kernel says what it would have taken: that is in the error
 * queue, which only sockets that keep errors have. 0 when it does not say.
 */
export function explainTooBig(ffi: Ffi, {fd, kind, family}: IcmpSocket, send: () => void): number {
  if (kind === 'datagram') return 0
  setErrorKeeping(ffi, fd, family, true)
  send()
  const entry = readErrorQueue(ffi, fd).findLast(({origin}) => origin === 'local')
  setErrorKeeping(ffi, fd, family, false)
  return entry?.info ?? 0
}

function filterTypes(ffi: Ffi, fd: number, family: Family): void {
  const length = family === 4 ? 4 : 32
  const blocked = Buffer.alloc(length, 0xff)
  for (const type of WANTED[family]) {
    const at = Math.floor(type / 8)
    blocked[at] = (blocked[at] ?? 0) & ~(1 << (type % 8))
  }
  if (family === 4) ffi.libc.setsockopt(fd, C.SOL_RAW, C.ICMP_FILTER, blocked)
  else ffi.libc.setsockopt(fd, C.SOL_ICMPV6, C.ICMPV6_FILTER, blocked)
}

/** Everything that waits on the socket and its error queue, without waiting for more. */
export function* drainIcmpSocket(ffi: Ffi, socket: IcmpSocket): Generator<IcmpArrival> {
  let errors = 0
  for (;;) {
    const message = receiveMessage(ffi, socket.fd)
    if (typeof message === 'number') {
      // Anything but "nothing there" is the echo of an entry in the error queue: reading it clears it.
      if (errnoName(message) === 'EAGAIN' || ++errors > MAX_ERRORS) break
      continue
    }
    const arrival = readMessage(socket, message)
    if (arrival) yield arrival
  }
  if (socket.kind === 'datagram') yield* drainErrors(ffi, socket)
}

function* drainErrors(ffi: Ffi, {fd, family}: IcmpSocket): Generator<IcmpArrival> {
  for (const entry of readErrorQueue(ffi, fd)) {
    if (entry.origin === 'local' && entry.info > 0) yield {type: 'too-big', mtu: entry.info}
    const request = decodeEchoRequest(family, entry.data)
    if (!request || entry.origin === 'local' || entry.origin === 'other') continue
    const {type, code, from} = entry
    if (!endsRequest(family, type)) continue
    yield {
      type: 'error',
      identifier: request.identifier,
      sequence: request.sequence,
      error: icmpError(family, {type, code, from}),
      mtu: entry.info,
    }
  }
}

function readMessage(socket: IcmpSocket, message: ReceivedMessage): IcmpArrival | null {
  if (socket.kind === 'datagram' || socket.family === 6) {
    return readIcmp(socket.family, message, {bytes: message.data, ttl: hopLimit(message)})
  }
  const packet = splitIpv4(message.data)
  return packet && readIcmp(4, message, {bytes: packet.payload, ttl: packet.ttl})
}

function readIcmp(
  family: Family,
  message: ReceivedMessage,
  {bytes, ttl}: {readonly bytes: Buffer; readonly ttl: number | null},
): IcmpArrival | null {
  const from = message.from?.address ?? ''
  const reply = decodeEchoReply(family, bytes)
  if (reply) return {type: 'reply', ...reply, from, ttl, stamp: stampOf(message)}
  const report = decodeIcmpReport(family, bytes)
  if (!report) return null
  const {type, code, mtu, request} = report
  return {type: 'error', ...request, error: icmpError(family, {type, code, from}), mtu}
}

interface ReceivedIcmp {
  readonly type: number
  readonly code: number
  readonly from: string | null
}

function icmpError(family: Family, icmp: ReceivedIcmp): NetError {
  const text = `icmp type ${icmp.type} code ${icmp.code} from ${icmp.from ?? 'an unknown address'}`
  const own = isOwnNeighbourReport(family, icmp) ? {own: true} : {}
  return {code: errnoOfIcmp(family, icmp.type, icmp.code), message: text, icmp: {...icmp, ...own}}
}

/** "Host unreachable" from an address of this machine: its own lookup of the neighbour was not answered. */
function isOwnNeighbourReport(family: Family, {type, code, from}: ReceivedIcmp): boolean {
  const isUnreachable = family === 4 ? type === 3 && code === 1 : type === 1 && code === 3
  return (
    isUnreachable &&
    Object.values(networkInterfaces()).some((entries) => entries?.some(({address}) => address === from))
  )
}

function hopLimit({control}: ReceivedMessage): number | null {
  const entry = control.find(
    ({level, type}) =>
      (level === C.IPPROTO_IP && type === C.IP_TTL) || (level === C.IPPROTO_IPV6 && type === C.IPV6_HOPLIMIT),
  )
  return entry && entry.data.length >= 4 ? entry.data.readInt32LE(0) : null
}

function stampOf({control}: ReceivedMessage): bigint | null {
  const entry = control.find(({level, type}) => level === C.SOL_SOCKET && type === C.SO_TIMESTAMPNS)
  if (!entry || entry.data.length < 16) return null
  return entry.data.readBigInt64LE(0) * 1_000_000_000n + entry.data.readBigInt64LE(8)
}
