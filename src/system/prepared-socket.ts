/** TCP sockets with options that Node does not offer, made by FFI and then connected by Node. */
import {Socket} from 'node:net'
import {networkInterfaces} from 'node:os'
import type {DialRequest, NetError} from '../core/ports.ts'
import * as C from './ffi-constants.ts'
import {readErrorQueue} from './ffi-message.ts'
import {type Ffi, bindToDevice, intOption, netErrorOf} from './ffi.ts'

export interface PreparedSocket {
  /** Not connected yet. */
  readonly socket: Socket
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
): PreparedSocket | NetError {
  const {libc} = ffi
  const domain = family === 4 ? C.AF_INET : C.AF_INET6
  const fd = libc.socket(domain, C.SOCK_STREAM | C.SOCK_NONBLOCK, C.IPPROTO_TCP)
  if (fd < 0) return netErrorOf(fd, 'socket')
  const bound = device === undefined ? 0 : bindToDevice(ffi, fd, device)
  if (bound < 0) return abandon(ffi, fd, netErrorOf(bound, 'setsockopt'))
  keepErrors(ffi, fd, family, true)
  // Node closes its descriptor before it tells about a failure; this one keeps the queue readable.
  const second = libc.dup(fd)
  if (second < 0) return abandon(ffi, fd, netErrorOf(second, 'dup'))
  // `manualStart`: reading before the connection stands would fail.
  const options = {fd, manualStart: true, allowHalfOpen: true}
  return {
    socket: new Socket(options),
    icmp: () => latestIcmp(ffi, second),
    release: () => {
      keepErrors(ffi, second, family, false)
      libc.close(second)
    },
  }
}

/** Where the option is missing, errors just stay unexplained. */
function keepErrors(ffi: Ffi, fd: number, family: 4 | 6, on: boolean): void {
  const value = intOption(on ? 1 : 0)
  if (family === 4) ffi.libc.setsockopt(fd, C.IPPROTO_IP, C.IP_RECVERR, value)
  else ffi.libc.setsockopt(fd, C.IPPROTO_IPV6, C.IPV6_RECVERR, value)
}

function latestIcmp(ffi: Ffi, fd: number): NetError['icmp'] {
  const entry = readErrorQueue(ffi, fd).findLast(({origin}) => origin === 'icmp' || origin === 'icmp6')
  if (!entry) return undefined
  const {type, code, from} = entry
  return {type, code, from, ...(from !== null && isOurs(from) ? {own: true} : {})}
}

/** A failed neighbour lookup is reported by an ICMP message that the kernel sends to itself. */
function isOurs(address: string): boolean {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .some((entry) => entry.address === address)
}

function abandon(ffi: Ffi, fd: number, error: NetError): NetError {
  ffi.libc.close(fd)
  return error
}
