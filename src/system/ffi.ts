/**
 * The few calls of the C library that Node does not offer: ICMP sockets, interface binding, control messages and the
 * error queue. Everything here is optional: without koffi, or on another system, `loadFfi` gives null and callers
 * fall back.
 */
import {endianness} from 'node:os'
import {getSystemErrorName} from 'node:util'
import type {NetError} from '../core/ports.ts'
import * as C from './ffi-constants.ts'
import {type SocketAddress, encodeSocketAddress} from './ffi-address.ts'

/** A call's result: the value, or the negative errno, as the kernel itself does it. */
export type SysResult = number

/** Thin wrappers; every descriptor made here is close-on-exec, and belongs to whoever called. */
interface Libc {
  socket(domain: number, type: number, protocol: number): SysResult
  bind(fd: number, address: Uint8Array): SysResult
  connect(fd: number, address: Uint8Array): SysResult
  setsockopt(fd: number, level: number, option: number, value: Uint8Array): SysResult
  /** Fills `value` and gives how many octets of it the kernel wrote. */
  getsockopt(fd: number, level: number, option: number, value: Uint8Array): SysResult
  sendto(fd: number, data: Uint8Array, flags: number, to: Uint8Array | null): SysResult
  recvmsg(fd: number, header: bigint, flags: number): SysResult
  /** A second descriptor of the same socket: it outlives the first one's close. */
  dup(fd: number): SysResult
  close(fd: number): SysResult
}

/** Memory outside of the heap, at a known address, for structures with pointers in them. Lives as long as the process. */
export interface Memory {
  readonly address: bigint
  readonly bytes: Buffer
}

export interface Ffi {
  readonly libc: Libc
  /** Any other call that gives a number, by its C definition; a failure becomes the negative errno. */
  call(definition: string): (...args: unknown[]) => SysResult
  allocate(length: number): Memory
  /** Nanoseconds of CLOCK_REALTIME, the clock of the kernel's receive stamps. */
  realtime(): bigint
  /**
   * Calls back whenever the descriptor is readable or has an entry in its error queue; the event loop does the
   * waiting. Call the returned function before closing the descriptor. An armed watch keeps the process alive
   * unless `hold(false)` was called.
   */
  watch(fd: number, callback: () => void): Watch
}

export interface Watch {
  /** Whether the watch keeps the process alive. */
  hold(on: boolean): void
  close(): void
}

const F_DUPFD_CLOEXEC = 1030
const EINVAL = -22
const CLOCK_REALTIME = 0

let loading: Promise<Ffi | null> | null = null

/** Loads koffi at the first call; null where it is absent, broken or can't know the layout of the structures. */
export async function loadFfi(): Promise<Ffi | null> {
  loading ??= open()
  return loading
}

async function open(): Promise<Ffi | null> {
  const is64Bit = ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'].includes(process.arch)
  if (process.platform !== 'linux' || !is64Bit || endianness() !== 'LE') return null
  try {
    const {default: koffi} = await import('koffi')
    return wrap(koffi)
  } catch {
    return null
  }
}

type Koffi = (typeof import('koffi'))['default']

function wrap(koffi: Koffi): Ffi {
  const library = koffi.load(null)
  const clockGettime = library.func('int clock_gettime(int clock, void *time)')
  const time = Buffer.alloc(16)
  const bindCall = callBinder(library, () => koffi.errno())
  return {
    libc: wrapLibc(bindCall),
    call: bindCall,
    realtime: () => {
      clockGettime(CLOCK_REALTIME, time)
      return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8)
    },
    allocate: (length) => {
      const pointer: unknown = koffi.alloc('uint8', length)
      return {address: koffi.address(pointer), bytes: Buffer.from(koffi.view(pointer, length)).fill(0)}
    },
    watch: (fd, callback) => watch(koffi, fd, callback),
  }
}

function callBinder(library: ReturnType<Koffi['load']>, errno: () => number): Ffi['call'] {
  return (definition) => {
    const call = library.func(definition) as (...args: unknown[]) => number
    return (...args) => {
      const result = call(...args)
      return result >= 0 ? result : -errno()
    }
  }
}

function wrapLibc(bindCall: Ffi['call']): Libc {
  const socket = bindCall('int socket(int domain, int type, int protocol)')
  const bind = bindCall('int bind(int fd, void *address, uint32_t length)')
  const connect = bindCall('int connect(int fd, void *address, uint32_t length)')
  const setsockopt = bindCall('int setsockopt(int fd, int level, int option, void *value, uint32_t length)')
  const getsockopt = bindCall('int getsockopt(int fd, int level, int option, void *value, void *length)')
  const sendto = bindCall(
    'intptr_t sendto(int fd, void *data, size_t size, int flags, void *address, uint32_t length)',
  )
  const recvmsg = bindCall('intptr_t recvmsg(int fd, uintptr_t header, int flags)')
  const dup = bindCall('int fcntl(int fd, int command, int least)')
  const close = bindCall('int close(int fd)')
  return {
    socket: (domain, type, protocol) => socket(domain, type | C.SOCK_CLOEXEC, protocol),
    bind: (fd, address) => bind(fd, address, address.length),
    connect: (fd, address) => connect(fd, address, address.length),
    setsockopt: (fd, level, option, value) => setsockopt(fd, level, option, value, value.length),
    getsockopt: (fd, level, option, value) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(value.length)
      const result = getsockopt(fd, level, option, value, length)
      return result < 0 ? result : length.readUInt32LE(0)
    },
    sendto: (fd, data, flags, to) => sendto(fd, data, data.length, flags, to, to?.length ?? 0),
    recvmsg,
    dup: (fd) => dup(fd, F_DUPFD_CLOEXEC, 0),
    close,
  }
}

function watch(koffi: Koffi, fd: number, callback: () => void): Watch {
  // libuv stops a poll handle that sees an error condition, and a filled error queue is one: start it again.
  const onReady = (status: unknown): void => {
    if (open && status !== 0) handle.start({readable: true}, onReady as () => void)
    callback()
  }
  let open = true
  const handle = koffi.node.poll(fd, {readable: true}, onReady as () => void)
  return {
    hold: (on) => {
      if (!open) return
      if (on) handle.ref()
      else handle.unref()
    },
    close: () => {
      if (!open) return
      open = false
      handle.close()
    },
  }
}

/** The name of a failed call's errno, such as `EACCES`. */
export function errnoName(result: SysResult): string {
  return getSystemErrorName(result)
}

/** A failed call as the ports tell it. */
export function netErrorOf(result: SysResult, syscall: string): NetError {
  const code = errnoName(result)
  return {code, syscall, message: `${syscall}: ${code}`}
}

/** An int option value. */
export function intOption(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/**
 * Opens the unprivileged ICMP socket: echo requests only, the kernel fills in identifier and checksum. Gives
 * -EACCES where `net.ipv4.ping_group_range` excludes this group.
 */
export function openIcmpDatagram(ffi: Ffi, family: 4 | 6): SysResult {
  const type = C.SOCK_DGRAM | C.SOCK_NONBLOCK
  return family === 4
    ? ffi.libc.socket(C.AF_INET, type, C.IPPROTO_ICMP)
    : ffi.libc.socket(C.AF_INET6, type, C.IPPROTO_ICMPV6)
}

/** Opens a raw ICMP socket; gives -EPERM without CAP_NET_RAW. */
export function openIcmpRaw(ffi: Ffi, family: 4 | 6): SysResult {
  const type = C.SOCK_RAW | C.SOCK_NONBLOCK
  return family === 4
    ? ffi.libc.socket(C.AF_INET, type, C.IPPROTO_ICMP)
    : ffi.libc.socket(C.AF_INET6, type, C.IPPROTO_ICMPV6)
}

/** Ties a socket to an interface (SO_BINDTODEVICE): -ENODEV for an unknown one, -EPERM where that needs a right. */
export function bindToDevice(ffi: Ffi, fd: number, name: string): SysResult {
  return ffi.libc.setsockopt(fd, C.SOL_SOCKET, C.SO_BINDTODEVICE, Buffer.from(`${name}\0`))
}

/** Gives a socket its source address; -EADDRNOTAVAIL when it is none of ours, -EINVAL when it is no address. */
export function bindAddress(ffi: Ffi, fd: number, source: SocketAddress): SysResult {
  const address = encodeSocketAddress(source)
  return address === null ? EINVAL : ffi.libc.bind(fd, address)
}
