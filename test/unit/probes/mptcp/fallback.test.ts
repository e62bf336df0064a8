import {expect, test} from 'vitest'
import {counterDelta, fallbackFailure, fallbackOf} from '../../../../src/probes/mptcp/fallback.ts'
import {parseNetstat} from '../../../../src/system/mptcp.ts'

test.for([
  [{MPCapableFallbackSYNACK: 1}, 'not-echoed', 'MPTCP_FALLBACK'],
  [{MPCapableSYNTXDrop: 1, MPCapableFallbackSYNACK: 1}, 'syn-dropped', 'MPTCP_SYN_DROPPED'],
  [{MPCapableSYNTXDisabled: 1}, 'suppressed', 'MPTCP_SUPPRESSED'],
  [{DSSCorruptionFallback: 1}, 'other', 'MPTCP_FALLBACK'],
  [{}, 'other', 'MPTCP_FALLBACK'],
] as const)('%j means %s', ([counters, fallback, code]) => {
  expect(fallbackOf(counters)).toBe(fallback)
  expect(fallbackFailure(fallback, 'h:1').code).toBe(code)
})

test('only what grew is a difference', () => {
  expect(counterDelta({a: 1, b: 2}, {a: 1, b: 5, c: 1})).toEqual({b: 3, c: 1})
})

const NETSTAT = `TcpExt: SyncookiesSent Other
TcpExt: 0 7
MPTcpExt: MPCapableSYNRX MPCapableSYNTX
MPTcpExt: 3 4
`

test('a table of netstat is its names and its values', () => {
  expect(parseNetstat(NETSTAT, 'MPTcpExt')).toEqual({MPCapableSYNRX: 3, MPCapableSYNTX: 4})
  expect(parseNetstat('TcpExt: A\nTcpExt: 1\n', 'MPTcpExt')).toEqual({})
})
