/** What becomes of multipath connections and their subflows: a fold over samples, so that a journal gives the same again. */
import type {RunEvent} from '../../core/events.ts'
import type {MptcpFacts, SubflowFacts} from '../../core/facts.ts'
import type {MptcpEvent, MptcpMode} from '../../core/network-events.ts'
import {hasRecovered, whyStalled} from './judge-subflow.ts'

interface Known {
  readonly flow: SubflowFacts
  /** As it was when it was lost; null while it works. */
  readonly lost: SubflowFacts | null
}

interface Connection {
  readonly token: string | null
  readonly mode: MptcpMode
  /** By addresses. */
  readonly flows: ReadonlyMap<string, Known>
  /** Subflows that were closed and not made again. */
  readonly closed: number
}

const FALLBACKS: Readonly<Record<NonNullable<MptcpFacts['fallback']>, string>> = {
  'not-echoed': 'the SYN/ACK came without MP_CAPABLE: a plain server, or the option was stripped on the way',
  'syn-dropped': 'SYNs with MP_CAPABLE got no answer',
  suppressed: 'the kernel avoids MPTCP for now (net.mptcp.blackhole_timeout)',
  unavailable: 'this machine opens no MPTCP socket',
  waiting: 'MPTCP waits for its next try',
  other: 'the connection stopped being MPTCP',
}

export class FollowMptcp {
  readonly #connections = new Map<string, Connection>()

  /** What follows from this event, at the same time; nothing for all but samples of connections that are kept or may fall back. */
  add(event: RunEvent): readonly RunEvent[] {
    if (event.type === 'target-removed') this.#connections.delete(event.target)
    if (event.type !== 'sample') return []
    const {outcome} = event.sample
    if (outcome.status === 'skipped') return []
    const {mptcp} = outcome.status === 'ok' ? outcome.reading : outcome.partial
    // Without the two it is a connection of one sample, whose end says nothing.
    if (!mptcp || (mptcp.flows === undefined && mptcp.retryIn === undefined)) return []
    return this.#follow(event.target, mptcp).map((one): RunEvent => ({...one, at: event.at}))
  }

  #follow(target: string, facts: MptcpFacts): readonly MptcpEvent[] {
    const old = this.#connections.get(target)
    const token = facts.token ?? null
    const before = old && old.token === token ? old : NO_FLOWS
    const {flows, closed, events} = followFlows({target, token: token ?? ''}, before, facts.flows ?? [])
    const working = [...flows.values()].filter(({lost}) => lost === null).length
    const mode = modeOf(facts, working)
    this.#connections.set(target, {token, mode, flows, closed})
    if (mode === old?.mode) return events
    const because = describe(mode, facts, working)
    const {trigger = null, retryIn = null} = facts
    return [
      ...events,
      {type: 'mptcp-changed', target, from: old?.mode ?? null, to: mode, token, because, trigger, retryIn},
    ]
  }
}

function modeOf({used}: MptcpFacts, working: number): MptcpMode {
  if (!used) return 'tcp'
  return working > 1 ? 'multipath' : 'single-path'
}

type Flows = Pick<Connection, 'flows' | 'closed'> & {readonly events: readonly MptcpEvent[]}

const NO_FLOWS: Flows = {flows: new Map(), closed: 0, events: []}

interface Which {
  readonly target: string
  readonly token: string
}

function followFlows(
  which: Which,
  before: Pick<Connection, 'flows' | 'closed'>,
  seen: readonly SubflowFacts[],
): Flows {
  const flows = new Map<string, Known>()
  const events: MptcpEvent[] = []
  let {closed} = before
  for (const flow of seen) {
    const key = `${flow.local} ${flow.remote}`
    const old = before.flows.get(key) ?? null
    const {lost, because} = judge(flow, old?.lost ?? null)
    flows.set(key, {flow, lost})
    const isAnew = old === null && closed > 0
    if (isAnew) closed -= 1
    events.push(...tellFlow(which, {flow, lost}, {wasLost: (old?.lost ?? null) !== null, isAnew, because}))
  }
  for (const [key, {flow}] of before.flows) {
    if (flows.has(key)) continue
    closed += 1
    const {local, remote} = flow
    events.push({type: 'subflow-lost', cause: 'closed', ...which, local, remote, because: CLOSED})
  }
  return {flows, closed, events}
}

function tellFlow(
  which: Which,
  {flow: {local, remote}, lost}: Known,
  {wasLost, isAnew, because}: {readonly wasLost: boolean; readonly isAnew: boolean; readonly because: string},
): readonly MptcpEvent[] {
  const change = {...which, local, remote, because}
  if (lost) return wasLost ? [] : [{type: 'subflow-lost', cause: 'stalled', ...change}]
  if (wasLost) return [{type: 'subflow-returned', ...change}]
  return isAnew ? [{type: 'subflow-returned', ...change, because: MADE}] : []
}

const MADE = 'the path manager of the kernel has made it anew'
const CLOSED =
  'it was closed or reset; the path manager of the kernel makes another one when an address or endpoint is added'

function judge(
  flow: SubflowFacts,
  lost: SubflowFacts | null,
): {readonly lost: SubflowFacts | null; readonly because: string} {
  if (lost) {
    const recovered = hasRecovered(flow, lost)
    return {lost: recovered ? null : lost, because: 'it is acknowledged again'}
  }
  const because = whyStalled(flow)
  return {lost: because === null ? null : flow, because: because ?? ''}
}

function describe(mode: MptcpMode, facts: MptcpFacts, working: number): string {
  if (mode === 'tcp') {
    const why = FALLBACKS[facts.fallback ?? 'other']
    return facts.because === undefined ? why : `${why}: ${facts.because}`
  }
  if (mode === 'multipath') return `${working} subflows carry it`
  const lost = (facts.flows?.length ?? 1) - working
  if (lost > 0) return `${working} of ${working + lost} subflows works`
  return whySingle(facts)
}

/** net/mptcp/mib.h counts joins; limits are those of `ip mptcp limits`. */
function whySingle({most, counters}: MptcpFacts): string {
  const grew = (name: string): boolean => (counters[name] ?? 0) > 0
  if (most === 0) return 'the limits of this machine allow one subflow (ip mptcp limits)'
  if (grew('MPJoinRejected')) return 'a join was refused'
  if (grew('MPJoinSynTx') && !grew('MPJoinSynAckRx')) return 'a join got no answer, or was refused'
  if (!grew('MPJoinSynTx')) return 'no other subflow was tried: endpoints are missing (ip mptcp endpoint)'
  return 'it has one subflow'
}
