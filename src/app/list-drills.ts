/** Which drills come with netdrill, and which of them can run here. */
import type {Capability} from '../core/capabilities.ts'
import type {Ports} from '../core/ports.ts'
import {BUNDLED_DRILLS, DRILL_TOPICS, type BundledDrill} from '../scenarios/bundled/registry.ts'

export interface ListedDrill {
  readonly name: string
  readonly topic: string
  readonly summary: string
  readonly runs: boolean
  /** What delays and loses packets here: `netem`, or netdrill itself; null where the drill does neither. */
  readonly impairs: 'netem' | 'netdrill' | null
  /** What is missing, with its remedy; empty when it runs. */
  readonly missing: readonly {readonly capability: string; readonly found: string; readonly remedy: string}[]
}

interface ImpairingWay {
  readonly by: 'netem' | 'netdrill'
  readonly needs: readonly Capability[]
}

/** Without netem, netdrill carries the packets itself, for which it needs the sockets that FFI opens. */
async function impairingWay({capabilities}: Pick<Ports, 'capabilities'>): Promise<ImpairingWay> {
  const {status} = await capabilities.check('qdisc-netem')
  return status === 'missing' ? {by: 'netdrill', needs: ['ffi']} : {by: 'netem', needs: ['tc', 'qdisc-netem']}
}

export async function listDrills(ports: Pick<Ports, 'capabilities'>): Promise<readonly ListedDrill[]> {
  const order = Object.keys(DRILL_TOPICS)
  const entries = Object.entries<BundledDrill>(BUNDLED_DRILLS).toSorted(
    ([, a], [, b]) => order.indexOf(a.topic) - order.indexOf(b.topic),
  )
  return Promise.all(
    entries.map(async ([name, {summary, needs, topic, impairs}]) => {
      const way = impairs ? await impairingWay(ports) : null
      const all = [...needs, ...(way?.needs ?? [])]
      const reports = await Promise.all(all.map(async (need) => ports.capabilities.check(need)))
      const missing = reports
        .filter((report) => report.status === 'missing')
        .map(({capability, found, remedy}) => ({capability, found, remedy}))
      return {
        name,
        topic: DRILL_TOPICS[topic],
        summary,
        runs: missing.length === 0,
        impairs: way?.by ?? null,
        missing,
      }
    }),
  )
}
