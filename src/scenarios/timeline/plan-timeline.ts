/** What the timeline of a drill comes to in one round: every loop and every step written out. Pure. */
import type {FaultSpec} from '../../faults/fault.ts'
import type {Millis} from '../../core/units.ts'
import type {DrillCondition, TimelineEntry} from '../drill-spec.ts'

/** One fault in force once. */
export interface Occurrence {
  /** Unique in the round: `outage-1`, and `outage-1.2` for the second of several. */
  readonly id: string
  /** Place of its entry in the document's timeline. */
  readonly entry: number
  /** Place in the entry's steps; 0 for a fault that stays as it is. */
  readonly step: number
  /** The fault's name. */
  readonly fault: string
  readonly track: string | null
  /** Expected start, from the start of the round; what waits for something may begin later. */
  readonly at: Millis
  readonly lasts: Millis
  /** How far behind the first one of its entry it begins; 0 for the first. */
  readonly offset: Millis
  /** It begins so long after the end of that entry, whenever that is. */
  readonly follows: {readonly entry: number; readonly wait: Millis} | null
  /** Only of the first one of an entry. */
  readonly when: TimelineEntry['when'] | null
  readonly until: DrillCondition | null
  /** Its number among those of its entry, from 1. */
  readonly number: number
  readonly of: number
}

/** A number from 0 to 1 for the n-th repetition of an entry. */
export type DrawPhase = (entry: number, repetition: number) => number

/** All occurrences, in the order of the document. */
export function planTimeline(entries: readonly TimelineEntry[], draw: DrawPhase): readonly Occurrence[] {
  const ends: Millis[] = []
  const lastOf = new Map<string, number>()
  return entries.flatMap((entry, index) => {
    const track = entry.track ?? null
    const before = lastOf.get(track ?? '')
    lastOf.set(track ?? '', index)
    const follows = entry.follows ? {entry: before ?? index, wait: entry.at} : null
    const at = follows && before !== undefined ? (ends[before] ?? 0) + entry.at : entry.at
    const parts = partsOf(entry, (repetition) => draw(index, repetition))
    const last = parts.at(-1)
    ends[index] = at + (last ? last.offset + last.lasts : 0)
    return parts.map(({offset, lasts, step}, number): Occurrence => {
      const base = `${entry.fault}-${index + 1}`
      return {
        id: parts.length === 1 ? base : `${base}.${number + 1}`,
        entry: index,
        step,
        fault: entry.fault,
        track,
        at: at + offset,
        lasts,
        offset,
        follows: before === undefined ? null : follows,
        when: number === 0 ? (entry.when ?? null) : null,
        until: entry.until ?? null,
        number: number + 1,
        of: parts.length,
      }
    })
  })
}

interface Part {
  readonly offset: Millis
  readonly lasts: Millis
  readonly step: number
}

/** Offsets count from the first one, so the random phase of that is a part of when the whole entry begins. */
function partsOf(entry: TimelineEntry, draw: (repetition: number) => number): readonly Part[] {
  const {times, every, phase} = entry.loop ?? {times: 1, every: entry.lasts, phase: 0}
  const steps = stepsOf(entry)
  return Array.from({length: times}, (_, repetition) => {
    let offset = repetition * every + (repetition === 0 ? 0 : draw(repetition) * phase)
    return steps.map(({lasts}, step): Part => {
      const part = {offset, lasts, step}
      offset += lasts
      return part
    })
  }).flat()
}

/** Of a fault that changes while it is in force, each state of it; else the one. */
export function stepsOf({steps, lasts}: TimelineEntry): readonly {
  readonly spec: FaultSpec | null
  readonly lasts: Millis
}[] {
  return steps ?? [{spec: null, lasts}]
}

/** When the first fault is expected to begin; the baseline lasts until then. */
export function firstInjection(occurrences: readonly Occurrence[]): Millis {
  return Math.min(...occurrences.map(({at}) => at))
}
