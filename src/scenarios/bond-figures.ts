/** What a drill tells of a target that goes through a bond of the kernel: which member it used, and when. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {RunEvent} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import type {Millis} from '../core/units.ts'
import type {Round, Span} from './windows.ts'

/** One bond: which member was active from when on. */
export interface BondSeries {
  readonly device: string
  readonly marks: readonly {readonly at: Millis; readonly to: string | null}[]
}

interface Growing extends BondSeries {
  readonly marks: {at: Millis; to: string | null}[]
}

/** Follows bonds, and who is reached through them. */
export class BondCollector {
  readonly #bonds = new Map<string, Growing>()
  readonly #users = new Map<string, string>()

  add(event: RunEvent): void {
    if (event.type === 'bond-switched') this.#bond(event.device).marks.push({at: event.at, to: event.to})
    if (event.type === 'bond-used') for (const target of event.targets) this.#users.set(target, event.device)
  }

  /** Where a bond carries the target. */
  give(target: string, series: {bond?: BondSeries}): void {
    const bond = this.#bonds.get(this.#users.get(target) ?? '')
    if (bond) series.bond = bond
  }

  #bond(device: string): Growing {
    const known = this.#bonds.get(device) ?? {device, marks: []}
    this.#bonds.set(device, known)
    return known
  }
}

/** Undefined: not about bonds, or the target is not reached through one. */
export function bondField(
  bond: BondSeries | undefined,
  {field, rounds, spans}: {field: string; rounds: readonly Round[]; spans: readonly Span[]},
): FieldValue {
  if (!bond) return undefined
  switch (field) {
    case 'member':
      return memberAt(bond, Math.max(...spans.map(({to}) => to)))
    case 'members':
      return membersIn(bond, rounds).map((member) => member ?? 'none')
    case 'switches':
      return membersIn(bond, rounds).length - 1
    default:
      return undefined
  }
}

/** One figure: how often the kernel switched, with the members in their order. */
export function bondFigures(
  name: string,
  bond: BondSeries | undefined,
  rounds: readonly Round[],
): readonly Figure[] {
  if (!bond || rounds.length === 0) return []
  const members = membersIn(bond, rounds)
  const value = members.length - 1
  const note = members.slice(0, MOST_NAMED).map((member) => member ?? 'none')
  return [{name: `${name}.switches`, value, unit: 'count', low: value, high: value, note: note.join(' → ')}]
}

/** What fits into a line. */
const MOST_NAMED = 8

function memberAt({marks}: BondSeries, at: Millis): string | null {
  return marks.findLast((mark) => mark.at <= at)?.to ?? null
}

/** From the end of the first baseline on, the one that it had then first. */
function membersIn(bond: BondSeries, rounds: readonly Round[]): readonly (string | null)[] {
  const begin = rounds[0]?.baselineEnd ?? 0
  const end = rounds.at(-1)?.end ?? Number.POSITIVE_INFINITY
  const changes = bond.marks.filter(({at}) => at > begin && at <= end)
  return [memberAt(bond, begin), ...changes.map(({to}) => to)]
}
