import {expect, test} from 'vitest'
import {evaluateCondition} from '../../../src/config/conditions/evaluate.ts'
import {parseCondition} from '../../../src/config/conditions/parse.ts'
import type {FailureCode} from '../../../src/core/codes/index.ts'

const CODES: readonly (FailureCode | null)[] = [
  null,
  'TCP_REFUSED',
  'UDP_CLOSED',
  'DNS_PORT_CLOSED',
  'TCP_TIMEOUT',
  'UDP_NO_REPLY',
  'NET_ADMIN_PROHIBITED',
  'NET_UNREACHABLE',
  'TCP_RESET',
  'DNS_NXDOMAIN',
  'DNS_SERVFAIL',
  'TLS_ALERT',
  'TLS_VERSION',
  'TLS_CERT_EXPIRED',
  'TLS_CERT_UNKNOWN_ISSUER',
  'TLS_HANDSHAKE_TIMEOUT',
]

test.for([
  ['closed', ['TCP_REFUSED', 'UDP_CLOSED', 'DNS_PORT_CLOSED']],
  ['filtered', ['TCP_TIMEOUT', 'UDP_NO_REPLY', 'NET_ADMIN_PROHIBITED']],
  ['nxdomain', ['DNS_NXDOMAIN']],
  ['tls_rejected', ['TLS_ALERT', 'TLS_VERSION']],
] as const)('%s is met by %j and by nothing else', ([word, fitting]) => {
  const condition = parseCondition(word)
  const met = CODES.filter((code) => evaluateCondition(condition, () => code).met === true)
  expect(met).toEqual(fitting)
})
