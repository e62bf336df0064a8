/** What the kernel knows of each subflow (linux/mptcp.h, linux/tcp.h). */
import type {SubflowFacts} from '../core/facts.ts'
import type {Ffi} from './ffi.ts'

const SOL_MPTCP = 284
const MPTCP_TCPINFO = 2

/** struct mptcp_subflow_data, then per subflow a `struct tcp_info`, cut to the length that was asked for. */
const HEAD = 16
const EACH = 232
const MOST = 16
/** Up to tcpi_bytes_sent, which came with 4.19. */
const LEAST = 208

/** Offsets in struct tcp_info; times in ms but for the round trip, which is in us. */
const AT = {
  backoff: 4,
  unacked: 24,
  lastSent: 44,
  lastReceived: 52,
  lastAck: 56,
  rtt: 68,
  totalRetransmits: 100,
  bytesAcked: 120,
  bytesReceived: 128,
  bytesSent: 200,
} as const

type Paths = readonly {readonly local: string; readonly remote: string}[]

/** In the order of `paths`; null where the kernel does not tell, or the two don't belong together. */
export function readSubflows(ffi: Ffi, fd: number, paths: Paths): readonly SubflowFacts[] | null {
  const bytes = Buffer.alloc(HEAD + MOST * EACH)
  bytes.writeUInt32LE(HEAD, 0)
  bytes.writeUInt32LE(EACH, 12)
  if (ffi.libc.getsockopt(fd, SOL_MPTCP, MPTCP_TCPINFO, bytes) < 0) return null
  return decodeSubflows(bytes, paths)
}

function decodeSubflows(bytes: Buffer, paths: Paths): readonly SubflowFacts[] | null {
  const count = Math.min(bytes.readUInt32LE(4), MOST)
  const known = bytes.readUInt32LE(8)
  // A subflow has come or gone between the two questions.
  if (count !== paths.length || known < LEAST) return null
  return paths.map((path, index) => {
    const at = HEAD + index * EACH
    return {
      ...path,
      rtt: bytes.readUInt32LE(at + AT.rtt) / 1000,
      backoff: bytes.readUInt8(at + AT.backoff),
      unacked: bytes.readUInt32LE(at + AT.unacked),
      heardAgo: bytes.readUInt32LE(at + AT.lastReceived),
      ackedAgo: bytes.readUInt32LE(at + AT.lastAck),
      sentAgo: bytes.readUInt32LE(at + AT.lastSent),
      retransmits: bytes.readUInt32LE(at + AT.totalRetransmits),
      sent: Number(bytes.readBigUInt64LE(at + AT.bytesSent)),
      acked: Number(bytes.readBigUInt64LE(at + AT.bytesAcked)),
      received: Number(bytes.readBigUInt64LE(at + AT.bytesReceived)),
    }
  })
}
