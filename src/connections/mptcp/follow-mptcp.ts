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
  /** As it was told; null: not yet. */
  readonly mode: MptcpMode | null
  /** Samples in a row that have shown one subflow. */
  readonly single: number
  /** Why MPTCP was tried, until that is told. */
  readonly trigger: string | null
  /** By addresses. */
  readonly flows: ReadonlyMap<string, Known>
  /** Subflows that were closed and not made again. */
  readonly closed: number
}

/** Further subflows are made after the first data, so that one subflow says nothing about a connection this young. */
const YOUNG = 3

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
    const token = facts.token ?? null
    const known = this.#connections.get(target)
    const old = known ?? NEW
    const before = known && known.token === token ? known : NO_FLOWS
    const {flows, closed, events} = followFlows({target, token: token ?? ''}, before, facts.flows ?? [])
    const working = [...flows.values()].filter(({lost}) => lost === null).length
    const seen = modeOf(facts, working)
    const single = inARow(seen, old.single)
    const {trigger = old.trigger} = facts
    const isEarly = single < YOUNG && flows.size + closed < 2
    const mode = toldMode(seen, isEarly, old.mode)
    if (mode === null || mode === old.mode) {
      this.#connections.set(target, {token, mode, single, flows, closed, trigger})
      return events
    }
    this.#connections.set(target, {token, mode, single, flows, closed, trigger: null})
    const because = describe(mode, facts, working)
    const {retryIn = null} = facts
    const change = {target, from: old.mode, to: mode, token, because, trigger, retryIn}
    return [...events, {type: 'mptcp-changed', ...change}]
  }
}

const NEW: Pick<Connection, 'mode' | 'trigger' | 'single'> = {mode: null, trigger: null, single: 0}

function inARow(seen: MptcpMode, before: number): number {
  return seen === 'single-path' ? before + 1 : 0
}

/** What is said of the mode that is seen: nothing new while more subflows may come. */
function toldMode(seen: MptcpMode, isEarly: boolean, before: MptcpMode | null): MptcpMode | null {
  return isEarly && seen === 'single-path' ? before : seen
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
