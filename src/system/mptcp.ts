/** MPTCP sockets by FFI (linux/mptcp.h), connected by Node. */
import {readFile} from 'node:fs/promises'
import type {MptcpConnection, MptcpDoor, MptcpLook} from '../core/mptcp-port.ts'
import {joinHostPort} from '../core/target.ts'
import {checkDialRequest, connectSocket} from './dial.ts'
import {decodeSocketAddress} from './ffi-address.ts'
import * as C from './ffi-constants.ts'
import {type Ffi, bindAddress, errnoName, loadFfi, netErrorOf} from './ffi.ts'
import {readSubflows} from './mptcp-subflows.ts'
import {type PreparedSocket, prepareSocket} from './prepared-socket.ts'

const IPPROTO_MPTCP = 262
const SOL_MPTCP = 284
const MPTCP_INFO = 1
const MPTCP_SUBFLOW_ADDRS = 3
const TCP_IS_MPTCP = 43

/** struct mptcp_info: how many subflows beyond the first; newer kernels (6.10) count all of them further back. */
const INFO = {length: 128, extra: 0, most: 3, token: 12, total: 80} as const
/** struct mptcp_subflow_data, then per subflow two `sockaddr_storage` of 128 octets. */
const ADDRS = {head: 16, each: 256, half: 128, most: 16} as const

export const mptcpSockets: MptcpDoor = {
  async missing() {
    const ffi = await loadFfi()
    if (!ffi) return {text: 'opening an MPTCP socket needs koffi on Linux', remedies: ['npm install koffi']}
    const fd = ffi.libc.socket(C.AF_INET, C.SOCK_STREAM | C.SOCK_NONBLOCK, IPPROTO_MPTCP)
    if (fd >= 0) {
      ffi.libc.close(fd)
      return null
    }
    // net/mptcp/ctrl.c: ENOPROTOOPT while the sysctl is 0; EPROTONOSUPPORT without CONFIG_MPTCP.
    if (errnoName(fd) === 'ENOPROTOOPT') {
      return {text: 'MPTCP is turned off in this kernel', remedies: ['sysctl -w net.mptcp.enabled=1']}
    }
    return {
      text: `this kernel opens no MPTCP socket (${errnoName(fd)})`,
      remedies: ['use a kernel with CONFIG_MPTCP (5.6 or newer)'],
    }
  },
  async connect(request) {
    if (request.signal.aborted) return {status: 'aborted', took: 0}
    const refused = checkDialRequest(request)
    if (refused) return {status: 'failed', error: refused, took: 0}
    const ffi = await loadFfi()
    if (!ffi) return {status: 'failed', error: {code: 'EPROTONOSUPPORT', message: 'no koffi'}, took: 0}
    const prepared = prepareSocket(ffi, request, IPPROTO_MPTCP)
    if ('code' in prepared) return {status: 'failed', error: prepared, took: 0}
    const result = await connectSocket(prepared.socket, request)
    if (result.status === 'connected') {
      const {stream, took} = result
      return {status: 'connected', connection: connectionOf(ffi, prepared, stream), took}
    }
    const icmp = result.status === 'failed' ? prepared.icmp() : undefined
    prepared.release()
    return result.status === 'failed' && icmp ? {...result, error: {...result.error, icmp}} : result
  },
  async bind({address, port}) {
    const ffi = await loadFfi()
    if (!ffi) return {status: 'failed', error: {code: 'EPROTONOSUPPORT', message: 'no koffi'}}
    const domain = address.includes(':') ? C.AF_INET6 : C.AF_INET
    const fd = ffi.libc.socket(domain, C.SOCK_STREAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, IPPROTO_MPTCP)
    if (fd < 0) return {status: 'failed', error: netErrorOf(fd, 'socket')}
    const yes = Buffer.from(new Int32Array([1]).buffer)
    ffi.libc.setsockopt(fd, C.SOL_SOCKET, C.SO_REUSEADDR, yes)
    const bound = bindAddress(ffi, fd, {address, port})
    if (bound >= 0) return {status: 'bound', descriptor: fd}
    ffi.libc.close(fd)
    return {status: 'failed', error: netErrorOf(bound, 'bind')}
  },
  async counters() {
    try {
      return parseNetstat(await readFile('/proc/net/netstat', 'utf8'), 'MPTcpExt')
    } catch {
      return {}
    }
  },
}

function connectionOf(
  ffi: Ffi,
  prepared: PreparedSocket,
  stream: MptcpConnection['stream'],
): MptcpConnection {
  let open = true
  return {
    stream,
    look: () => (open ? look(ffi, prepared.descriptor) : {used: false, subflows: null, paths: []}),
    close: () => {
      stream.close()
      if (open) prepared.release()
      open = false
    },
  }
}

/** After a fallback the kernel passes the questions on to the TCP socket inside, which knows no MPTCP_INFO. */
function look(ffi: Ffi, fd: number): MptcpLook {
  const flag = Buffer.alloc(4)
  const told = ffi.libc.getsockopt(fd, C.IPPROTO_TCP, TCP_IS_MPTCP, flag)
  const info = Buffer.alloc(INFO.length)
  const length = ffi.libc.getsockopt(fd, SOL_MPTCP, MPTCP_INFO, info)
  // TCP_IS_MPTCP is of 6.1; before, MPTCP_INFO alone tells.
  const used = told > 0 ? flag.readInt32LE(0) === 1 : length > 0
  if (!used || length <= 0) return {used, subflows: null, paths: []}
  const paths = pathsOf(ffi, fd)
  const total = length > INFO.total ? info.readUInt8(INFO.total) : 0
  const subflows = total > 0 ? total : Math.max(paths.length, info.readUInt8(INFO.extra) + 1)
  const token = info.readUInt32LE(INFO.token).toString(16).padStart(8, '0')
  const flows = readSubflows(ffi, fd, paths)
  return {used, subflows, paths, token, most: info.readUInt8(INFO.most), ...(flows !== null && {flows})}
}

function pathsOf(ffi: Ffi, fd: number): MptcpLook['paths'] {
  const bytes = Buffer.alloc(ADDRS.head + ADDRS.most * ADDRS.each)
  bytes.writeUInt32LE(ADDRS.head, 0)
  bytes.writeUInt32LE(ADDRS.each, 12)
  if (ffi.libc.getsockopt(fd, SOL_MPTCP, MPTCP_SUBFLOW_ADDRS, bytes) < 0) return []
  const count = Math.min(bytes.readUInt32LE(4), ADDRS.most)
  return Array.from({length: count}, (_, index) => {
    const at = ADDRS.head + index * ADDRS.each
    return {local: nameAt(bytes, at), remote: nameAt(bytes, at + ADDRS.half)}
  })
}

function nameAt(bytes: Buffer, at: number): string {
  const found = decodeSocketAddress(bytes.subarray(at, at + ADDRS.half))
  return found ? joinHostPort(found.address.replace(/^::ffff:/, ''), found.port) : '-'
}

/** Two lines per table: its names, then its values. */
export function parseNetstat(text: string, table: string): Readonly<Record<string, number>> {
  const [names, values] = text.split('\n').filter((line) => line.startsWith(`${table}: `))
  if (names === undefined || values === undefined) return {}
  const figures = values.split(' ')
  return Object.fromEntries(
    names
      .split(' ')
      .map((name, index) => [name, Number(figures[index])] as const)
      .slice(1),
  )
}
