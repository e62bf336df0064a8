/** The ICMP message behind an error, from a socket's error queue. */
import {networkInterfaces} from 'node:os'
import type {Family} from '../core/outcome.ts'
import type {NetError} from '../core/ports.ts'
import * as C from './ffi-constants.ts'
import {readErrorQueue} from './ffi-message.ts'
import {type Ffi, intOption} from './ffi.ts'

/** Turns IP_RECVERR or IPV6_RECVERR on or off. Where the option is missing, errors just stay unexplained. */
export function setErrorKeeping(ffi: Ffi, fd: number, family: Family, on: boolean): void {
  const value = intOption(on ? 1 : 0)
  if (family === 4) ffi.libc.setsockopt(fd, C.IPPROTO_IP, C.IP_RECVERR, value)
  else ffi.libc.setsockopt(fd, C.IPPROTO_IPV6, C.IPV6_RECVERR, value)
}

/** Empties the queue and gives its latest ICMP message. */
export function takeIcmp(ffi: Ffi, fd: number): NetError['icmp'] {
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
