/** Reads what the ping program of iputils or busybox prints about one echo request (`-n -c 1`, locale C). */
import type {NetError} from '../core/ports.ts'
import type {Bytes, Millis} from '../core/units.ts'

export type PingProgramResult =
  | {
      readonly status: 'reply'
      readonly rtt: Millis
      readonly ttl: number | null
      readonly bytes: Bytes
      readonly from: string
      /** Round trips of further replies to the same request. */
      readonly duplicates: readonly Millis[]
    }
  | {readonly status: 'failed'; readonly error: NetError; readonly mtu?: Bytes}
  | {readonly status: 'timeout'}
  /** The program itself may not open a socket. */
  | {readonly status: 'forbidden'; readonly because: string}

/**
 * `64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.045 ms`, `64 bytes from fe80::1%eth0: …`; busybox says `seq=`.
 */
const REPLY = /^(\d+) bytes from (\S+?):(?: icmp_seq=| seq=)(\d+)(?: ttl=(\d+))? time[=<]([\d.]+) ms(.*)$/
/** `From 10.0.0.1 icmp_seq=1 Destination Host Unreachable`. */
const REPORT = /^From (\S+?):? icmp_seq=\d+ (.+)$/

/** The program has no codes for these, only words; type and code as in RFC 792 and RFC 4443. */
const WORDS: readonly (readonly [
  RegExp,
  string,
  v4: readonly [number, number],
  v6: readonly [number, number],
])[] = [
  [/^Destination Net Unreachable|^Destination unreachable: No route/, 'ENETUNREACH', [3, 0], [1, 0]],
  [/^Destination Host Unreachable|^Destination unreachable: Address/, 'EHOSTUNREACH', [3, 1], [1, 3]],
  [/^Destination Protocol Unreachable/, 'ENOPROTOOPT', [3, 2], [4, 1]],
  [/^Destination Port Unreachable|^Destination unreachable: Port/, 'ECONNREFUSED', [3, 3], [1, 4]],
  [/^Frag needed|^Packet too big/, 'EMSGSIZE', [3, 4], [2, 0]],
  [/^Destination Net Prohibited/, 'ENETUNREACH', [3, 9], [1, 1]],
  [/^Destination Host Prohibited/, 'EHOSTUNREACH', [3, 10], [1, 1]],
  [/^Packet filtered|^Destination unreachable: Administratively/, 'EHOSTUNREACH', [3, 13], [1, 1]],
  [/^Destination unreachable: (?:Source address failed|Ingress)/, 'EACCES', [3, 13], [1, 5]],
  [/^Destination unreachable: Reject route/, 'EACCES', [3, 13], [1, 6]],
  [/^Destination unreachable/, 'EHOSTUNREACH', [3, 1], [1, 3]],
  [/^Time to live exceeded|^Time exceeded: Hop limit/, 'EHOSTUNREACH', [11, 0], [3, 0]],
  [/^Frag reassembly time exceeded|^Time exceeded: Defragmentation/, 'EHOSTUNREACH', [11, 1], [3, 1]],
]

/** What strerror(3) says, for the errors that a socket call of ping can meet. */
const LOCAL: readonly (readonly [string, string])[] = [
  ['Network is unreachable', 'ENETUNREACH'],
  ['No route to host', 'EHOSTUNREACH'],
  ['Operation not permitted', 'EPERM'],
  ['Permission denied', 'EACCES'],
  // What ping makes of EACCES: a prohibit route looks like a broadcast address to it.
  ['Do you want to ping broadcast', 'EACCES'],
  ['Cannot assign requested address', 'EADDRNOTAVAIL'],
  ['Invalid argument', 'EINVAL'],
  ['No buffer space available', 'ENOBUFS'],
  ['Message too long', 'EMSGSIZE'],
  ['message too long', 'EMSGSIZE'],
  ['Network is down', 'ENETDOWN'],
  ['No such device', 'ENODEV'],
  ['unknown iface', 'ENODEV'],
  ['Address family not supported', 'EAFNOSUPPORT'],
]

/** The program may not open any socket that it could ping with. */
const FORBIDDEN = /\bsocket: |lacking privilege|socktype:|are you root|^ping: permission denied/i

/** Judges both outputs together: the program writes remote reports to stdout and its own troubles to stderr. */
export function parsePingProgram(stdout: string, stderr: string): PingProgramResult {
  const lines = stdout.split('\n').map((line) => line.trim())
  const replies = lines.map((line) => REPLY.exec(line)).filter((match) => match !== null)
  const [reply] = replies
  if (reply) {
    return {
      status: 'reply',
      rtt: Number(reply[5]),
      ttl: reply[4] === undefined ? null : Number(reply[4]),
      bytes: Number(reply[1]),
      from: reply[2] ?? '',
      duplicates: replies.slice(1).map((match) => Number(match[5])),
    }
  }
  for (const line of lines) {
    const report = REPORT.exec(line)
    if (report && !isHint(report[2] ?? '')) return readReport(report[1] ?? '', report[2] ?? '')
  }
  return readTrouble(stderr)
}

/** A redirect or source quench says nothing about whether the request arrives. */
function isHint(words: string): boolean {
  return words.startsWith('Redirect') || words.startsWith('Source Quench')
}

function readReport(from: string, words: string): PingProgramResult {
  const mtu = Number(/mtu ?= ?(\d+)/.exec(words)?.[1] ?? 0)
  const row = WORDS.find(([pattern]) => pattern.test(words))
  const [, code = 'EHOSTUNREACH', v4 = [3, 1], v6 = [1, 3]] = row ?? []
  const [type, icmpCode] = from.includes(':') ? v6 : v4
  const icmp = {type: type ?? 3, code: icmpCode ?? 1, from}
  return {
    status: 'failed',
    error: {code, message: `${words} (from ${from})`, icmp},
    ...(mtu > 0 ? {mtu} : {}),
  }
}

/** `ping: connect: Network is unreachable`, `ping: sendmsg: Operation not permitted`, `ping: local error: …, mtu=1500`. */
function readTrouble(stderr: string): PingProgramResult {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const text = lines.find((line) => !line.includes('Warning')) ?? lines[0]
  if (text === undefined) return {status: 'timeout'}
  if (FORBIDDEN.test(stderr)) return {status: 'forbidden', because: lines.at(-1) ?? text}
  return readLocalError(text)
}

function readLocalError(text: string): PingProgramResult {
  const [, code = 'UNKNOWN'] = LOCAL.find(([words]) => text.includes(words)) ?? []
  const mtu = Number(/mtu ?[=:] ?(\d+)/.exec(text)?.[1] ?? 0)
  const step = /^ping6?: (bind|connect|sendmsg|sendto|SO_BINDTODEVICE|unknown iface)/.exec(text)?.[1]
  const syscall = step === 'SO_BINDTODEVICE' || step === 'unknown iface' ? 'setsockopt' : step
  const error = {code, message: text, local: true, ...(syscall === undefined ? {} : {syscall})}
  return {status: 'failed', error, ...(mtu > 0 ? {mtu} : {})}
}
