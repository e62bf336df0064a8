/** The state of a device as text that can be compared: what tc shows, without counters and reference counts. */
import type {Place} from '../../core/place.ts'
import {asList, asRecord} from '../json-shape.ts'
import {readQdiscs} from '../observe.ts'
import type {Tools} from '../tools.ts'

/** One line per qdisc, class and filter, sorted. Empty when tc says nothing. */
export type Snapshot = readonly string[]

export async function takeSnapshot(tools: Tools, place: Place, device: string): Promise<Snapshot> {
  const [qdiscs, classes, filters] = await Promise.all([
    readQdiscs(tools, place, device),
    tools.run(place, {type: 'exec', file: 'tc', args: ['class', 'show', 'dev', device]}),
    tools.json(place, 'tc', ['-j', 'filter', 'show', 'dev', device]),
  ])
  return [
    ...(qdiscs ?? []).map((qdisc) => `qdisc ${stable(qdisc.whole)}`),
    ...classes.stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()])),
    ...asList(filters).map((filter) => `filter ${stable(asRecord(filter))}`),
  ].toSorted()
}

/** What differs, in words; empty when both are the same. */
export function compareSnapshots(before: Snapshot, after: Snapshot): readonly string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `gone: ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `new: ${line}`),
  ]
}

/** `refcnt` counts who looks, `direct_packets_stat` counts packets: neither is part of the configuration. */
function stable(value: Readonly<Record<string, unknown>>): string {
  const volatile = new Set(['refcnt', 'direct_packets_stat'])
  return JSON.stringify(value, (key, part: unknown) => (volatile.has(key) ? undefined : part))
}
