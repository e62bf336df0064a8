/** What a drill tells of modes: how a group uses its paths, or how a multipath connection works, and what brought it there. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {RunEvent} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import type {Millis} from '../core/units.ts'
import type {Round, Span} from './windows.ts'

export interface ModeSeries {
  /** What the names of its fields begin with: those of a connection stand beside other facts about MPTCP. */
  readonly prefix: '' | 'mptcp.'
  readonly marks: readonly ModeMark[]
}

interface ModeMark {
  readonly at: Millis
  readonly to: string
  /** Why MPTCP was tried; null when nothing is said of it. */
  readonly trigger: string | null
}

/** Follows the modes of groups with `mode: auto` and of connections by MPTCP. */
export class ModeCollector {
  readonly #modes = new Map<string, ModeSeries & {readonly marks: ModeMark[]}>()

  /** Undefined for events that are not about modes, else what is known of this group or target. */
  add(event: RunEvent): {readonly name: string; readonly part: {readonly modes: ModeSeries}} | undefined {
    if (event.type === 'mode-changed')
      return this.#mark(event.group, '', {at: event.at, to: event.to, trigger: null})
    if (event.type !== 'mptcp-changed') return undefined
    const {at, target, to, trigger} = event
    return this.#mark(target, 'mptcp.', {at, to, trigger})
  }

  #mark(name: string, prefix: ModeSeries['prefix'], mark: ModeMark): ReturnType<ModeCollector['add']> {
    const modes = this.#modes.get(name) ?? {prefix, marks: []}
    this.#modes.set(name, modes)
    modes.marks.push(mark)
    return {name, part: {modes}}
  }
}

/** Undefined: not about modes, or there is none. */
export function modeField(
  modes: ModeSeries | undefined,
  {field, rounds, spans}: {field: string; rounds: readonly Round[]; spans: readonly Span[]},
): FieldValue {
  if (!modes?.marks.length) return undefined
  const end = Math.max(...spans.map(({to}) => to))
  switch (field) {
    case `${modes.prefix}mode`:
      return modes.marks.findLast(({at}) => at <= end)?.to
    case `${modes.prefix}modes`:
      return modesIn(modes, rounds).map(({to}) => to)
    case 'mptcp.trigger':
      return modes.marks.findLast(({at, trigger}) => at <= end && trigger !== null)?.trigger ?? undefined
    default:
      return undefined
  }
}

/** One figure: how often the mode changed, with the modes in their order and what made MPTCP come back. */
export function modeFigures(
  name: string,
  modes: ModeSeries | undefined,
  rounds: readonly Round[],
): readonly Figure[] {
  if (!modes || rounds.length === 0) return []
  const seen = modesIn(modes, rounds)
  const value = Math.max(0, seen.length - 1)
  const words = seen.slice(0, MOST_NAMED).map(({to, trigger}) => {
    const isCited = trigger !== null && trigger !== 'first'
    return isCited ? `${to} (${trigger})` : to
  })
  const figure = {
    name: `${name}.${modes.prefix}modes`,
    value,
    unit: 'count',
    low: value,
    high: value,
  } as const
  return [{...figure, note: words.join(' → ')}]
}

/** What fits into a line. */
const MOST_NAMED = 6

/** From the end of the first baseline on, the one that it had then first. */
function modesIn({marks}: ModeSeries, rounds: readonly Round[]): readonly ModeMark[] {
  const begin = rounds[0]?.baselineEnd ?? 0
  const end = rounds.at(-1)?.end ?? Number.POSITIVE_INFINITY
  const before = marks.findLast(({at}) => at <= begin)
  // What it was tried for before is no news.
  const first = before ? [{...before, trigger: null}] : []
  return [...first, ...marks.filter(({at}) => at > begin && at <= end)]
}
