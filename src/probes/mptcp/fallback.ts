/** Why a connection is plain TCP, by what the kernel counted meanwhile. Pure. */
import {type FailureCode, makeFailure} from '../../core/codes/index.ts'
import type {MptcpFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'

export type Counters = Readonly<Record<string, number>>

/** What grew from `before` to `after`. */
export function counterDelta(before: Counters, after: Counters): Counters {
  const grown = Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)] as const)
  return Object.fromEntries(grown.filter(([, value]) => value > 0))
}

/** net/mptcp/mib.h. Dropped SYNs are followed by a SYN/ACK without the option, so they are looked at first. */
export function fallbackOf(counters: Counters): NonNullable<MptcpFacts['fallback']> {
  const grew = (name: string): boolean => (counters[name] ?? 0) > 0
  if (grew('MPCapableSYNTXDrop')) return 'syn-dropped'
  if (grew('MPCapableSYNTXDisabled')) return 'suppressed'
  return grew('MPCapableFallbackSYNACK') ? 'not-echoed' : 'other'
}

const CODES: Readonly<Record<NonNullable<MptcpFacts['fallback']>, readonly [FailureCode, string]>> = {
  'syn-dropped': ['MPTCP_SYN_DROPPED', 'SYNs with MP_CAPABLE got no answer, one without did'],
  suppressed: ['MPTCP_SUPPRESSED', 'this kernel did not try MPTCP, after SYNs with it had vanished before'],
  'not-echoed': ['MPTCP_FALLBACK', 'the SYN/ACK came without MP_CAPABLE'],
  unavailable: ['MPTCP_FALLBACK', 'this machine opens no MPTCP socket'],
  waiting: ['MPTCP_FALLBACK', 'MPTCP was not tried, after an earlier fallback'],
  other: ['MPTCP_FALLBACK', 'the connection stopped being MPTCP after the handshake'],
}

export function fallbackFailure(fallback: NonNullable<MptcpFacts['fallback']>, peer: string): Failure {
  const [code, because] = CODES[fallback]
  return makeFailure(code, `${peer} is connected by plain TCP: ${because}`)
}
