/** UDP sockets with options that Node does not offer, made by FFI and then adopted by Node. */
import {type Socket, createSocket} from 'node:dgram'
import type {DatagramRequest, NetError} from '../core/ports.ts'
import * as C from './ffi-constants.ts'
import {type Ffi, bindAddress, bindToDevice, intOption, netErrorOf} from './ffi.ts'
import {setErrorKeeping, takeIcmp} from './icmp-report.ts'

export interface BoundDatagram {
  readonly socket: Socket
  /** Takes the ICMP message behind the error that was just reported; the queue has to be emptied after each. */
  icmp(): NetError['icmp']
  /**
   * Whether further ICMP messages are kept; off empties the queue as well. Null for a socket that never keeps any. Like `icmp`
   * only for an open socket: later its descriptor may be somebody else's.
   */
  readonly keep: ((on: boolean) => void) | null
}

/** Makes a socket that keeps ICMP errors, on the asked interface, address and port (0: any free one). */
export async function openPrepared(
  ffi: Ffi,
  {family, interface: device, source}: Pick<DatagramRequest, 'family' | 'interface' | 'source'>,
  port: number,
): Promise<BoundDatagram | NetError> {
  const fd = ffi.libc.socket(family === 4 ? C.AF_INET : C.AF_INET6, C.SOCK_DGRAM | C.SOCK_NONBLOCK, 0)
  if (fd < 0) return netErrorOf(fd, 'socket')
  const failed = setUp(ffi, fd, {device, address: source ?? (family === 4 ? '0.0.0.0' : '::'), port})
  if (failed) {
    ffi.libc.close(fd)
    return failed
  }
  setErrorKeeping(ffi, fd, family, true)
  const socket = createSocket(family === 4 ? 'udp4' : 'udp6')
  await new Promise<void>((resolve) => socket.bind({fd}, resolve))
  return {socket, icmp: () => takeIcmp(ffi, fd), keep: (on) => setErrorKeeping(ffi, fd, family, on)}
}

function setUp(
  ffi: Ffi,
  fd: number,
  {device, address, port}: {device: string | undefined; address: string; port: number},
): NetError | null {
  // Only who asks for a port shares it, see `strangers`: one picked by the kernel has to be nobody else's.
  if (port !== 0) ffi.libc.setsockopt(fd, C.SOL_SOCKET, C.SO_REUSEADDR, intOption(1))
  const tied = device === undefined ? 0 : bindToDevice(ffi, fd, device)
  if (tied < 0) return netErrorOf(tied, 'setsockopt')
  const bound = bindAddress(ffi, fd, {address, port})
  return bound < 0 ? netErrorOf(bound, 'bind') : null
}
