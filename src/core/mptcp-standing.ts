/** How a multipath connection stands: a fold over the events of its target, for all that show it. Pure. */
import type {RunEvent} from './events.ts'
import type {MptcpFacts, SubflowFacts} from './facts.ts'
import type {MptcpMode} from './network-events.ts'
import type {Millis} from './units.ts'

export interface MptcpStanding {
  readonly mode: MptcpMode
  readonly since: Millis
  readonly because: string
  /** Names the connection in `ss -M`; null for plain TCP. */
  readonly token: string | null
  /** Null while MPTCP is used. */
  readonly fallback: MptcpFacts['fallback']
  /** When MPTCP is tried again by itself; null when that isn't planned. */
  readonly retryAt: Millis | null
  /** As of the last sample. */
  readonly flows: readonly SubflowFacts[]
}

/** Null before the first word about it. */
export function foldMptcp(old: MptcpStanding | null, event: RunEvent): MptcpStanding | null {
  if (event.type === 'mptcp-changed') {
    const {to: mode, at: since, because, token, retryIn} = event
    const {fallback = null, flows = []} = old ?? {}
    const kept = mode === 'tcp' ? {fallback, flows: []} : {fallback: null, flows}
    return {mode, since, because, token, retryAt: retryIn === null ? null : since + retryIn, ...kept}
  }
  if (event.type !== 'sample') return old
  const facts = factsOf(event)
  if (!facts) return old
  const {fallback, flows = [], retryIn} = facts
  const seen = {fallback, flows, retryAt: retryIn === undefined ? null : event.at + retryIn}
  // What was seen first is told after its sample.
  return old ? {...old, ...seen} : null
}

function factsOf({sample: {outcome}}: RunEvent & {type: 'sample'}): MptcpFacts | undefined {
  if (outcome.status === 'skipped') return undefined
  return outcome.status === 'ok' ? outcome.reading.mptcp : outcome.partial.mptcp
}
