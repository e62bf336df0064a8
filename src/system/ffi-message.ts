/** recvmsg(2) with its control messages, and the socket's error queue (ip(7), IP_RECVERR). */
import type {Ffi, Memory, SysResult} from './ffi.ts'
import {type SocketAddress, decodeSocketAddress} from './ffi-address.ts'
import * as C from './ffi-constants.ts'

export interface ControlMessage {
  readonly level: number
  readonly type: number
  readonly data: Buffer
}

export interface ReceivedMessage {
  /** A copy: it stays valid after the next call. */
  readonly data: Buffer
  readonly from: SocketAddress | null
  readonly control: readonly ControlMessage[]
}

/** One report of the kernel about something that was sent. */
export interface ErrorQueueEntry {
  /** `local` when our own kernel says so, `icmp` when a message came in. */
  readonly origin: 'local' | 'icmp' | 'icmp6' | 'other'
  readonly errno: number
  readonly type: number
  readonly code: number
  /** The path MTU for EMSGSIZE. */
  readonly info: number
  /** Who reported it. */
  readonly from: string | null
  /** Where the packet was meant to go. */
  readonly to: SocketAddress | null
  /** What the report quotes of the packet, from the transport header on for ICMP sockets. */
  readonly data: Buffer
}

const HEADER = 0
const VECTOR = 64
const NAME = 128
const NAME_LENGTH = 128
const CONTROL = 512
const CONTROL_LENGTH = 1024
const DATA = 2048
/** The largest datagram plus its IP header. */
const DATA_LENGTH = 65_536 + 64

const areas = new WeakMap<Ffi, Memory>()

/** Receives one message without waiting; -EAGAIN when there is none. `flags` such as MSG_ERRQUEUE. */
export function receiveMessage(ffi: Ffi, fd: number, flags = 0): ReceivedMessage | SysResult {
  const area = areaOf(ffi)
  prepare(area)
  const length = ffi.libc.recvmsg(fd, area.address, flags | C.MSG_DONTWAIT)
  if (length < 0) return length
  const {bytes} = area
  const nameLength = bytes.readUInt32LE(8)
  const controlLength = Number(bytes.readBigUInt64LE(40))
  return {
    data: Buffer.from(bytes.subarray(DATA, DATA + Math.min(length, DATA_LENGTH))),
    from: decodeSocketAddress(bytes.subarray(NAME, NAME + Math.min(nameLength, NAME_LENGTH))),
    control: decodeControl(Buffer.from(bytes.subarray(CONTROL, CONTROL + controlLength))),
  }
}

/** Empties the error queue, oldest first. The option IP_RECVERR or IPV6_RECVERR has to be on. */
export function readErrorQueue(ffi: Ffi, fd: number): readonly ErrorQueueEntry[] {
  const entries: ErrorQueueEntry[] = []
  for (;;) {
    const message = receiveMessage(ffi, fd, C.MSG_ERRQUEUE)
    if (typeof message === 'number') return entries
    const entry = decodeErrorEntry(message)
    if (entry) entries.push(entry)
  }
}

/** Splits a control buffer; lengths are aligned to 8 octets (cmsg(3)). */
export function decodeControl(bytes: Buffer): readonly ControlMessage[] {
  const messages: ControlMessage[] = []
  for (let at = 0; at + 16 <= bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at))
    if (length < 16 || at + length > bytes.length) break
    const data = bytes.subarray(at + 16, at + length)
    messages.push({level: bytes.readInt32LE(at + 8), type: bytes.readInt32LE(at + 12), data})
    at += Math.ceil(length / 8) * 8
  }
  return messages
}

/** Reads a `sock_extended_err` and the offender's address behind it. */
export function decodeErrorEntry(message: ReceivedMessage): ErrorQueueEntry | null {
  const control = message.control.find(
    ({level, type}) =>
      (level === C.IPPROTO_IP && type === C.IP_RECVERR) ||
      (level === C.IPPROTO_IPV6 && type === C.IPV6_RECVERR),
  )
  if (!control || control.data.length < 16) return null
  const {data} = control
  return {
    errno: data.readUInt32LE(0),
    origin: originOf(data.readUInt8(4)),
    type: data.readUInt8(5),
    code: data.readUInt8(6),
    info: data.readUInt32LE(8),
    from: decodeSocketAddress(data.subarray(16))?.address ?? null,
    to: message.from,
    data: message.data,
  }
}

function originOf(value: number): ErrorQueueEntry['origin'] {
  if (value === C.SO_EE_ORIGIN.local) return 'local'
  if (value === C.SO_EE_ORIGIN.icmp) return 'icmp'
  if (value === C.SO_EE_ORIGIN.icmp6) return 'icmp6'
  return 'other'
}

/** One area serves all sockets: a call fills it and its content is copied before the next one. */
function areaOf(ffi: Ffi): Memory {
  const known = areas.get(ffi)
  if (known) return known
  const area = ffi.allocate(DATA + DATA_LENGTH)
  areas.set(ffi, area)
  return area
}

/** Lays out `struct msghdr` and its one `struct iovec`; the kernel overwrites the lengths, so they are set each time. */
function prepare({address, bytes}: Memory): void {
  bytes.writeBigUInt64LE(address + BigInt(NAME), HEADER)
  bytes.writeUInt32LE(NAME_LENGTH, 8)
  bytes.writeBigUInt64LE(address + BigInt(VECTOR), 16)
  bytes.writeBigUInt64LE(1n, 24)
  bytes.writeBigUInt64LE(address + BigInt(CONTROL), 32)
  bytes.writeBigUInt64LE(BigInt(CONTROL_LENGTH), 40)
  bytes.writeInt32LE(0, 48)
  bytes.writeBigUInt64LE(address + BigInt(DATA), VECTOR)
  bytes.writeBigUInt64LE(BigInt(DATA_LENGTH), VECTOR + 8)
}
