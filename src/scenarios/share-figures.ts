/** How the bytes of a multipath connection were divided between the paths of its group. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {RunEvent} from '../core/events.ts'
import type {SubflowFacts} from '../core/facts.ts'
import type {Figure} from '../core/figures.ts'
import {type GroupInfo, MULTIPATH} from '../core/group-events.ts'
import {type Bytes, type Millis, type Ratio, formatPercent} from '../core/units.ts'
import {type Round, type Span, spansOf} from './windows.ts'

/** What was acknowledged on each path so far, each time that somebody looked. */
export interface ShareSeries {
  readonly marks: readonly {readonly at: Millis; readonly bytes: ReadonlyMap<string, Bytes>}[]
}

interface Followed {
  readonly multipath: string
  /** Names of the paths by their targets. */
  readonly paths: ReadonlyMap<string, string>
  /** By the address of the server on the path; null where several paths have the same. */
  readonly byAddress: Map<string, string | null>
  /** Of each subflow, as last seen. */
  readonly acked: Map<string, Bytes>
  readonly marks: {at: Millis; bytes: ReadonlyMap<string, Bytes>}[]
}

/**
 * Follows the subflows of the connection over all paths of a group. A subflow belongs to the path whose target is at the address
 * that it leads to; where two paths lead to one address, nobody can tell.
 */
export class ShareCollector {
  readonly #groups = new Map<string, Followed>()

  /** Undefined when nothing new is known, else of which group. */
  add(event: RunEvent): {readonly name: string; readonly part: {readonly shares: ShareSeries}} | undefined {
    if (event.type === 'group-added') this.#follow(event.group)
    if (event.type !== 'sample' || event.sample.outcome.status !== 'ok') return undefined
    const {address, mptcp} = event.sample.outcome.reading
    for (const [name, group] of this.#groups) {
      if (address !== undefined) learn(group, event.target, address)
      if (event.target !== group.multipath || !mptcp?.flows) continue
      count(group, event.at, {token: mptcp.token ?? '', flows: mptcp.flows})
      return {name, part: {shares: group}}
    }
    return undefined
  }

  #follow({name, members}: GroupInfo): void {
    const multipath = members.find((one) => one.name === MULTIPATH)?.target
    if (multipath === undefined) return
    const paths = new Map(members.flatMap((one) => (one.name === MULTIPATH ? [] : [[one.target, one.name]])))
    this.#groups.set(name, {multipath, paths, byAddress: new Map(), acked: new Map(), marks: []})
  }
}

function learn({paths, byAddress}: Followed, target: string, address: string): void {
  const path = paths.get(target)
  if (path === undefined) return
  const known = byAddress.get(address)
  byAddress.set(address, known === undefined || known === path ? path : null)
}

function count(
  {acked, byAddress, marks}: Followed,
  at: Millis,
  {token, flows}: {readonly token: string; readonly flows: readonly SubflowFacts[]},
): void {
  const bytes = new Map(marks.at(-1)?.bytes)
  for (const flow of flows) {
    const key = `${token} ${flow.local} ${flow.remote}`
    const grown = flow.acked - (acked.get(key) ?? 0)
    acked.set(key, flow.acked)
    const path = byAddress.get(hostOf(flow.remote))
    if (path) bytes.set(path, (bytes.get(path) ?? 0) + Math.max(0, grown))
  }
  marks.push({at, bytes})
}

/** Of `10.0.0.2:443` or `[2001:db8::1]:443`. */
function hostOf(endpoint: string): string {
  return endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

const FIELD = /^share\.(.+)$/

/** Undefined: not about shares, or nothing went over any path then. */
export function shareField(
  shares: ShareSeries | undefined,
  {field, spans}: {readonly field: string; readonly spans: readonly Span[]},
): FieldValue {
  const path = FIELD.exec(field)?.[1]
  if (!shares || path === undefined) return undefined
  return shareIn(shares, path, spans) ?? undefined
}

/** One for each path: its share under the faults, with what it was before and afterwards. */
export function shareFigures(
  name: string,
  shares: ShareSeries | undefined,
  rounds: readonly Round[],
): readonly Figure[] {
  if (!shares) return []
  const of = (path: string, during: 'baseline' | 'fault' | 'recovery'): Ratio | null =>
    shareIn(
      shares,
      path,
      rounds.flatMap((round) => spansOf(during, round)),
    )
  const paths = [...(shares.marks.at(-1)?.bytes.keys() ?? [])].toSorted()
  return paths.map((path) => {
    const value = of(path, 'fault')
    const [before, after] = [of(path, 'baseline'), of(path, 'recovery')].map((one) =>
      one === null ? 'nothing' : formatPercent(one),
    )
    const note = `before ${before ?? ''}, afterwards ${after ?? ''}`
    return {name: `${name}.share.${path}`, value, unit: 'ratio', low: value, high: value, note}
  })
}

/** Between two looks inside of a span: what was acknowledged across its start may have been sent before. */
function shareIn({marks}: ShareSeries, path: string, spans: readonly Span[]): Ratio | null {
  let own = 0
  let all = 0
  for (const {from, to} of spans) {
    const inside = marks.filter(({at}) => at >= from && at <= to)
    const begin = inside[0]?.bytes
    for (const [name, bytes] of inside.at(-1)?.bytes ?? []) {
      const grown = bytes - (begin?.get(name) ?? 0)
      all += grown
      if (name === path) own += grown
    }
  }
  return all === 0 ? null : own / all
}
