/**
 * Many frames in one call of the kernel: recvmmsg(2) and sendmmsg(2). A call by FFI takes about as long as the kernel takes for a
 * packet.
 */
import * as C from './ffi-constants.ts'
import type {Ffi, Memory} from './ffi.ts'

/** So many frames are read before the other end, and the alarm, get their turn. */
const AT_ONCE = 32
/** The largest frame that a device passes on unsplit, with the header before it (65,550 octets and some). */
const SLOT = 70_000
/** `struct mmsghdr`: a `struct msghdr` of 56 octets, the length, and padding. */
const MESSAGE = 64
const LENGTH_AT = 56
/** `struct iovec`. */
const VECTOR = 16

interface Batch {
  readonly messages: Memory
  readonly vectors: Memory
  readonly slots: Memory
}

/** One vector per message, and a slot of memory per vector. */
function makeBatch(ffi: Ffi): Batch {
  const messages = ffi.allocate(AT_ONCE * MESSAGE)
  const vectors = ffi.allocate(AT_ONCE * VECTOR)
  const slots = ffi.allocate(AT_ONCE * SLOT)
  for (let index = 0; index < AT_ONCE; index++) {
    messages.bytes.writeBigUInt64LE(vectors.address + BigInt(index * VECTOR), index * MESSAGE + 16)
    messages.bytes.writeBigUInt64LE(1n, index * MESSAGE + 24)
    vectors.bytes.writeBigUInt64LE(slots.address + BigInt(index * SLOT), index * VECTOR)
    vectors.bytes.writeBigUInt64LE(BigInt(SLOT), index * VECTOR + 8)
  }
  return {messages, vectors, slots}
}

/** One for all ports of the process: what was read is done with before the next is read. */
let shared: Batch | null = null

/** Reads what is there, at most a batch; a frame is good during the call only. */
export function frameReader(ffi: Ffi, fd: number): (take: (frame: Buffer) => void) => void {
  const recvmmsg = ffi.call(
    'int recvmmsg(int fd, uintptr_t messages, uint32_t count, int flags, void *timeout)',
  )
  shared ??= makeBatch(ffi)
  const {messages, slots} = shared
  return (take) => {
    const count = recvmmsg(fd, messages.address, AT_ONCE, C.MSG_DONTWAIT, null)
    for (let index = 0; index < count; index++) {
      const length = messages.bytes.readUInt32LE(index * MESSAGE + LENGTH_AT)
      take(slots.bytes.subarray(index * SLOT, index * SLOT + length))
    }
  }
}

export interface FrameWriter {
  /** Copied: it may be used again at once. */
  add(frame: Buffer): void
  /** A packet for which the device has no room is lost; the others go. */
  flush(): void
}

export function frameWriter(ffi: Ffi, fd: number): FrameWriter {
  const sendmmsg = ffi.call('int sendmmsg(int fd, uintptr_t messages, uint32_t count, int flags)')
  const {messages, vectors, slots} = makeBatch(ffi)
  let count = 0
  const flush = (): void => {
    let from = 0
    while (from < count) {
      const sent = sendmmsg(fd, messages.address + BigInt(from * MESSAGE), count - from, C.MSG_DONTWAIT)
      from += Math.max(1, sent)
    }
    count = 0
  }
  return {
    add: (frame) => {
      if (frame.length > SLOT) return
      frame.copy(slots.bytes, count * SLOT)
      vectors.bytes.writeUInt32LE(frame.length, count * VECTOR + 8)
      count += 1
      if (count === AT_ONCE) flush()
    },
    flush,
  }
}
