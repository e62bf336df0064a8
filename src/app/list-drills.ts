/** Which drills come with netdrill, and which of them can run here. */
import type {Ports} from '../core/ports.ts'
import {BUNDLED_DRILLS, type BundledDrill} from '../scenarios/bundled/registry.ts'

export interface ListedDrill {
  readonly name: string
  readonly summary: string
  readonly runs: boolean
  /** What is missing, with its remedy; empty when it runs. */
  readonly missing: readonly {readonly capability: string; readonly found: string; readonly remedy: string}[]
}

export async function listDrills(ports: Pick<Ports, 'capabilities'>): Promise<readonly ListedDrill[]> {
  return Promise.all(
    Object.entries<BundledDrill>(BUNDLED_DRILLS).map(async ([name, {summary, needs}]) => {
      const reports = await Promise.all(needs.map(async (need) => ports.capabilities.check(need)))
      const missing = reports
        .filter((report) => report.status === 'missing')
        .map(({capability, found, remedy}) => ({capability, found, remedy}))
      return {name, summary, runs: missing.length === 0, missing}
    }),
  )
}
