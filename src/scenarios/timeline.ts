/** What has to be done when in one round of a drill: pure planning. */
import type {Millis} from '../core/units.ts'
import type {TimelineEntry} from './drill-spec.ts'

export interface TimelineAction {
  /** From the start of the round. */
  readonly at: Millis
  readonly type: 'inject' | 'remove'
  /** Place in the document's timeline: the same fault may be injected several times. */
  readonly entry: number
}

/** Actions in the order of time; at the same instant removals come first, so that a successor finds a clean place. */
export function planTimeline(entries: readonly TimelineEntry[]): readonly TimelineAction[] {
  return entries
    .flatMap((entry, index): TimelineAction[] => [
      {at: entry.at, type: 'inject', entry: index},
      {at: entry.at + entry.lasts, type: 'remove', entry: index},
    ])
    .toSorted(
      (a, b) => a.at - b.at || Number(a.type === 'inject') - Number(b.type === 'inject') || a.entry - b.entry,
    )
}

/** When the first fault begins; the baseline lasts until then. */
export function firstInjection(entries: readonly TimelineEntry[]): Millis {
  return Math.min(...entries.map((entry) => entry.at))
}
