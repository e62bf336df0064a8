/** Packet sockets and a fine alarm, through FFI: for the links of a lab that netdrill carries itself. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Alarm, PacketDoor, PacketPort} from '../core/packet-port.ts'
import type {Millis} from '../core/units.ts'
import * as C from './ffi-constants.ts'
import {type Ffi, type SysResult, errnoName, intOption, loadFfi} from './ffi.ts'
import {type FrameWriter, frameReader, frameWriter} from './packet-batch.ts'

/** Room for bursts while a garbage collection stops the reading; a thousand packets of full size. */
const ROOM = 4 << 20

export const systemPackets: PacketDoor = {
  open: async (device) => openPort(await needFfi(), device),
  alarm: async (ring) => openAlarm(await needFfi(), ring),
}

async function needFfi(): Promise<Ffi> {
  const ffi = await loadFfi()
  if (ffi) return ffi
  throw missing('koffi is not installed, or does not work on this machine')
}

function missing(because: string): UserError {
  return new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `the packets of a link can not be carried here: ${because}`,
      advice: ['netdrill doctor tells whether FFI works'],
    },
    EXIT.capability,
  )
}

/** packet(7). Takes no notice of what we send ourselves, and leaves the checksums to the kernel. */
function openPort(ffi: Ffi, device: string): PacketPort {
  const index = ffi.call('int if_nametoindex(const char *name)')(device)
  if (index === 0) throw missing(`there is no device ${device}`)
  const fd = need('socket', ffi.libc.socket(C.AF_PACKET, C.SOCK_RAW | C.SOCK_NONBLOCK, 0))
  try {
    need('PACKET_VNET_HDR', ffi.libc.setsockopt(fd, C.SOL_PACKET, C.PACKET_VNET_HDR, intOption(1)))
    need(
      'PACKET_IGNORE_OUTGOING',
      ffi.libc.setsockopt(fd, C.SOL_PACKET, C.PACKET_IGNORE_OUTGOING, intOption(1)),
    )
    if (ffi.libc.setsockopt(fd, C.SOL_SOCKET, C.SO_RCVBUFFORCE, intOption(ROOM)) < 0)
      ffi.libc.setsockopt(fd, C.SOL_SOCKET, C.SO_RCVBUF, intOption(ROOM))
    need('bind', ffi.libc.bind(fd, linkAddress(index)))
    return portOf(ffi, fd)
  } catch (error) {
    ffi.libc.close(fd)
    throw error
  }
}

function need(what: string, result: SysResult): SysResult {
  if (result >= 0) return result
  throw missing(`${what}: ${errnoName(result)}`)
}

/** `struct sockaddr_ll`. */
function linkAddress(index: number): Buffer {
  const bytes = Buffer.alloc(20)
  bytes.writeUInt16LE(C.AF_PACKET, 0)
  bytes.writeUInt16BE(C.ETH_P_ALL, 2)
  bytes.writeInt32LE(index, 4)
  return bytes
}

/** Frames that were sent while others were read, or the alarm rang, leave together at the end of that. */
const unsent = new Set<FrameWriter>()
let collecting = false

function collect(act: () => void): void {
  collecting = true
  try {
    act()
  } finally {
    collecting = false
    for (const writer of unsent) writer.flush()
    unsent.clear()
  }
}

function portOf(ffi: Ffi, fd: number): PacketPort {
  const read = frameReader(ffi, fd)
  const writer = frameWriter(ffi, fd)
  let listener: (frame: Buffer) => void = () => {}
  let missed = 0
  const watch = ffi.watch(fd, () => collect(() => read(listener)))
  return {
    onFrame: (callback) => {
      listener = callback
    },
    send: (frame) => {
      writer.add(frame)
      if (collecting) unsent.add(writer)
      else writer.flush()
    },
    // Reading it sets the kernel's counters back: packets, then drops.
    missed: () => {
      const counters = Buffer.alloc(8)
      if (ffi.libc.getsockopt(fd, C.SOL_PACKET, C.PACKET_STATISTICS, counters) === 8)
        missed += counters.readUInt32LE(4)
      return missed
    },
    close: () => {
      watch.close()
      ffi.libc.close(fd)
    },
  }
}

const CLOCK_MONOTONIC = 1
/** TFD_TIMER_ABSTIME. */
const ABSOLUTE = 1

/** timerfd_create(2): the event loop waits for it, so no thread spins, and it rings within a tenth of a millisecond. */
function openAlarm(ffi: Ffi, ring: () => void): Alarm {
  const settime = ffi.call('int timerfd_settime(int fd, int flags, void *value, void *before)')
  const create = ffi.call('int timerfd_create(int clock, int flags)')
  const fd = need('timerfd_create', create(CLOCK_MONOTONIC, C.SOCK_NONBLOCK | C.SOCK_CLOEXEC))
  const value = Buffer.alloc(32)
  let isSet = false
  const set = (at: Millis | null): void => {
    isSet = true
    // All zeros stop it, so that the earliest time is one nanosecond.
    const nanoseconds = at === null ? 0 : Math.max(1, Math.round(at * 1e6))
    const seconds = Math.floor(nanoseconds / 1e9)
    value.writeUInt32LE(seconds, 16)
    value.writeUInt32LE(nanoseconds - seconds * 1e9, 24)
    settime(fd, ABSOLUTE, value, null)
  }
  const watch = ffi.watch(fd, () => {
    isSet = false
    collect(ring)
    // Setting it again takes back that it has rung, as reading it would: one call in place of two.
    if (!isSet) set(null)
  })
  return {
    set,
    close: () => {
      watch.close()
      ffi.libc.close(fd)
    },
  }
}
