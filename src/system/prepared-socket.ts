/** TCP sockets with options that Node does not offer, made by FFI and then connected by Node. */
import {Socket} from 'node:net'
import type {DialRequest, NetError} from '../core/ports.ts'
import * as C from './ffi-constants.ts'
import {type Ffi, bindToDevice, netErrorOf} from './ffi.ts'
import {setErrorKeeping, takeIcmp} from './icmp-report.ts'

export interface PreparedSocket {
  /** Not connected yet. */
  readonly socket: Socket
  /** Our second descriptor of the socket, for its options; valid until `release`. */
  readonly descriptor: number
  /** The ICMP message in the error queue, also after Node has closed the socket. */
  icmp(): NetError['icmp']
  /**
   * Gives our second descriptor back; call it once, at the end of the attempt. An established connection would
   * break at the first ICMP message with the option on (net/ipv4/tcp_ipv4.c, tcp_v4_err), so it is turned off.
   */
  release(): void
}

/** Makes a socket that keeps ICMP errors (IP_RECVERR) and is bound to the asked interface. */
export function prepareSocket(
  ffi: Ffi,
  {family, interface: device}: Pick<DialRequest, 'family' | 'interface'>,
  protocol: number = C.IPPROTO_TCP,
): PreparedSocket | NetError {
  const {libc} = ffi
  const domain = family === 4 ? C.AF_INET : C.AF_INET6
  const fd = libc.socket(domain, C.SOCK_STREAM | C.SOCK_NONBLOCK, protocol)
  if (fd < 0) return netErrorOf(fd, 'socket')
  const bound = device === undefined ? 0 : bindToDevice(ffi, fd, device)
  if (bound < 0) return abandon(ffi, fd, netErrorOf(bound, 'setsockopt'))
  setErrorKeeping(ffi, fd, family, true)
  // Node closes its descriptor before it tells about a failure; this one keeps the queue readable.
  const second = libc.dup(fd)
  if (second < 0) return abandon(ffi, fd, netErrorOf(second, 'dup'))
  // `manualStart`: reading before the connection stands would fail.
  const options = {fd, manualStart: true, allowHalfOpen: true}
  return {
    socket: new Socket(options),
    descriptor: second,
    icmp: () => takeIcmp(ffi, second),
    release: () => {
      setErrorKeeping(ffi, second, family, false)
      libc.close(second)
    },
  }
}

function abandon(ffi: Ffi, fd: number, error: NetError): NetError {
  ffi.libc.close(fd)
  return error
}
