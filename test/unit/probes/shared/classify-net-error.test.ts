import {expect, test} from 'vitest'
import type {FailureCode} from '../../../../src/core/codes/index.ts'
import type {Stage} from '../../../../src/core/failure.ts'
import type {Family} from '../../../../src/core/outcome.ts'
import type {NetError} from '../../../../src/core/ports.ts'
import {classifyNetError} from '../../../../src/probes/shared/classify-net-error.ts'

interface Case {
  readonly code: string
  readonly syscall?: string
  readonly local?: true
  readonly stage?: Stage
  readonly family?: Family
  readonly icmp?: NetError['icmp']
  readonly becomes: FailureCode
  readonly at: Stage
}

const from = '192.0.2.254'
const CASES: readonly Case[] = [
  {code: 'ECONNREFUSED', becomes: 'TCP_REFUSED', at: 'connect'},
  {code: 'ECONNRESET', syscall: 'connect', becomes: 'TCP_RESET', at: 'receive'},
  {code: 'ECONNRESET', syscall: 'read', stage: 'receive', becomes: 'TCP_RESET', at: 'receive'},
  {code: 'ECONNRESET', syscall: 'write', stage: 'send', becomes: 'TCP_RESET', at: 'send'},
  {code: 'ECONNRESET', syscall: 'read', stage: 'tls', becomes: 'TCP_RESET', at: 'tls'},
  {code: 'EPIPE', syscall: 'write', stage: 'send', becomes: 'TCP_RESET', at: 'send'},
  {code: 'ECONNABORTED', stage: 'receive', becomes: 'TCP_RESET', at: 'receive'},
  {code: 'ENETRESET', stage: 'receive', becomes: 'TCP_RESET', at: 'receive'},
  {code: 'ENOTCONN', stage: 'send', becomes: 'TCP_RESET', at: 'send'},
  {code: 'ETIMEDOUT', becomes: 'TCP_TIMEOUT', at: 'connect'},
  {code: 'ETIMEDOUT', stage: 'receive', becomes: 'TCP_TIMEOUT', at: 'receive'},
  {code: 'ENETUNREACH', local: true, becomes: 'NET_NO_ROUTE', at: 'route'},
  {code: 'ENETUNREACH', becomes: 'NET_UNREACHABLE', at: 'route'},
  {code: 'EHOSTUNREACH', local: true, becomes: 'NET_NO_ROUTE', at: 'route'},
  {code: 'EHOSTUNREACH', becomes: 'NET_UNREACHABLE', at: 'route'},
  {code: 'EHOSTUNREACH', icmp: {type: 3, code: 1, from}, becomes: 'NET_UNREACHABLE', at: 'route'},
  {code: 'EHOSTUNREACH', icmp: {type: 3, code: 13, from}, becomes: 'NET_ADMIN_PROHIBITED', at: 'route'},
  {code: 'EHOSTUNREACH', icmp: {type: 3, code: 10, from}, becomes: 'NET_ADMIN_PROHIBITED', at: 'route'},
  {code: 'ENETUNREACH', icmp: {type: 3, code: 9, from}, becomes: 'NET_ADMIN_PROHIBITED', at: 'route'},
  {code: 'EHOSTUNREACH', icmp: {type: 11, code: 0, from}, becomes: 'NET_UNREACHABLE', at: 'route'},
  {
    code: 'EACCES',
    family: 6,
    icmp: {type: 1, code: 1, from: '2001:db8::1'},
    becomes: 'NET_ADMIN_PROHIBITED',
    at: 'route',
  },
  {
    code: 'EHOSTUNREACH',
    family: 6,
    icmp: {type: 1, code: 3, from: null},
    becomes: 'NET_UNREACHABLE',
    at: 'route',
  },
  // The same number is another message in the other family.
  {
    code: 'EHOSTUNREACH',
    family: 6,
    icmp: {type: 3, code: 0, from: null},
    becomes: 'NET_UNREACHABLE',
    at: 'route',
  },
  {code: 'EACCES', family: 6, becomes: 'NET_ADMIN_PROHIBITED', at: 'route'},
  {code: 'EACCES', local: true, family: 6, becomes: 'NET_LOCAL_POLICY', at: 'route'},
  {code: 'EACCES', local: true, becomes: 'NET_LOCAL_POLICY', at: 'route'},
  {code: 'EACCES', syscall: 'bind', local: true, becomes: 'LOCAL_PERMISSION', at: 'connect'},
  {code: 'EINVAL', syscall: 'connect', local: true, becomes: 'NET_LOCAL_POLICY', at: 'route'},
  {code: 'EINVAL', syscall: 'send', becomes: 'NET_LOCAL_POLICY', at: 'route'},
  {code: 'EINVAL', syscall: 'read', stage: 'receive', becomes: 'UNKNOWN', at: 'receive'},
  {code: 'EPERM', syscall: 'send', becomes: 'NET_LOCAL_POLICY', at: 'route'},
  {code: 'EPERM', syscall: 'setsockopt', becomes: 'LOCAL_INTERFACE', at: 'connect'},
  {code: 'ENODEV', syscall: 'setsockopt', becomes: 'LOCAL_INTERFACE', at: 'connect'},
  {code: 'ENOTSUP', syscall: 'setsockopt', becomes: 'LOCAL_INTERFACE', at: 'connect'},
  {code: 'ENODEV', becomes: 'NET_DOWN', at: 'route'},
  {code: 'ENETDOWN', becomes: 'NET_DOWN', at: 'route'},
  {code: 'ENOPROTOOPT', becomes: 'NET_UNREACHABLE', at: 'route'},
  {code: 'EADDRNOTAVAIL', syscall: 'bind', becomes: 'LOCAL_ADDRESS', at: 'connect'},
  {code: 'EADDRNOTAVAIL', syscall: 'connect', becomes: 'LOCAL_PORTS_EXHAUSTED', at: 'connect'},
  {code: 'EADDRNOTAVAIL', syscall: 'connect', family: 6, becomes: 'NET_FAMILY_DISABLED', at: 'route'},
  {code: 'EADDRINUSE', syscall: 'bind', becomes: 'LOCAL_PORTS_EXHAUSTED', at: 'connect'},
  {code: 'EMFILE', becomes: 'LOCAL_FILES_EXHAUSTED', at: 'connect'},
  {code: 'ENFILE', becomes: 'LOCAL_FILES_EXHAUSTED', at: 'connect'},
  {code: 'ENOBUFS', stage: 'send', becomes: 'LOCAL_MEMORY', at: 'send'},
  {code: 'ENOMEM', becomes: 'LOCAL_MEMORY', at: 'connect'},
  {code: 'EMSGSIZE', stage: 'send', becomes: 'NET_PMTU', at: 'send'},
  {code: 'EAFNOSUPPORT', becomes: 'NET_FAMILY_DISABLED', at: 'route'},
  {code: 'EPROTONOSUPPORT', becomes: 'NET_FAMILY_DISABLED', at: 'route'},
  {code: 'ABORT_ERR', stage: 'receive', becomes: 'CANCELLED', at: 'receive'},
  {code: 'EWHATEVER', stage: 'receive', becomes: 'UNKNOWN', at: 'receive'},
]

const name = (it: Case): string =>
  [
    it.code,
    it.local ? 'by our own kernel' : '',
    it.icmp ? `with ICMP ${it.icmp.type}.${it.icmp.code}` : '',
    it.syscall ? `in ${it.syscall}` : '',
    `at ${it.stage ?? 'connect'} (IPv${it.family ?? 4}) is ${it.becomes}`,
  ]
    .filter(Boolean)
    .join(' ')

test.for(CASES.map((it) => [name(it), it] as const))('%s', ([, it]) => {
  const error: NetError = {
    code: it.code,
    message: 'text that must not matter',
    ...(it.syscall ? {syscall: it.syscall} : {}),
    ...(it.local ? {local: true} : {}),
    ...(it.icmp ? {icmp: it.icmp} : {}),
  }
  const context = {stage: it.stage ?? ('connect' as const), peer: '192.0.2.1:443', family: it.family ?? 4}
  const failure = classifyNetError(error, context)
  expect({code: failure.code, stage: failure.stage, cause: failure.cause}).toEqual({
    code: it.becomes,
    stage: it.at,
    cause: it.code,
  })
  expect(failure.message).toContain('192.0.2.1:443')
})

test('an ICMP message is named with its numbers and its sender', () => {
  const error: NetError = {code: 'EHOSTUNREACH', message: '', icmp: {type: 3, code: 13, from}}
  expect(classifyNetError(error, {stage: 'connect', peer: '192.0.2.1:443', family: 4}).message).toBe(
    '192.0.2.1:443: ICMP communication administratively prohibited (type 3 code 13) from 192.0.2.254',
  )
})

test('a failed neighbour lookup is named as such', () => {
  const error: NetError = {code: 'EHOSTUNREACH', message: '', icmp: {type: 3, code: 1, from, own: true}}
  expect(classifyNetError(error, {stage: 'connect', peer: '192.0.2.1:443', family: 4}).message).toContain(
    'no answer to ARP',
  )
})

test('an ICMP message that the tables lack leaves the code to decide', () => {
  const error: NetError = {code: 'EHOSTUNREACH', message: '', icmp: {type: 3, code: 99, from}}
  expect(classifyNetError(error, {stage: 'connect', peer: 'x', family: 4}).code).toBe('NET_UNREACHABLE')
})
