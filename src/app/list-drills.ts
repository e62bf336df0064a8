/** Which drills come with netdrill, and which of them can run here. */
import type {Ports} from '../core/ports.ts'
import {BUNDLED_DRILLS, DRILL_TOPICS, type BundledDrill} from '../scenarios/bundled/registry.ts'

export interface ListedDrill {
  readonly name: string
  readonly topic: string
  readonly summary: string
  readonly runs: boolean
  /** What is missing, with its remedy; empty when it runs. */
  readonly missing: readonly {readonly capability: string; readonly found: string; readonly remedy: string}[]
}

export async function listDrills(ports: Pick<Ports, 'capabilities'>): Promise<readonly ListedDrill[]> {
  const order = Object.keys(DRILL_TOPICS)
  const entries = Object.entries<BundledDrill>(BUNDLED_DRILLS).toSorted(
    ([, a], [, b]) => order.indexOf(a.topic) - order.indexOf(b.topic),
  )
  return Promise.all(
    entries.map(async ([name, {summary, needs, topic}]) => {
      const reports = await Promise.all(needs.map(async (need) => ports.capabilities.check(need)))
      const missing = reports
        .filter((report) => report.status === 'missing')
        .map(({capability, found, remedy}) => ({capability, found, remedy}))
      return {name, topic: DRILL_TOPICS[topic], summary, runs: missing.length === 0, missing}
    }),
  )
}
