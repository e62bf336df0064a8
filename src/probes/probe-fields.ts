/** Which fields of conditions the result of a single probe kind has. */
import type {ProbeKind} from '../core/target.ts'

/** What every kind of probe has. */
const COMMON: ReadonlySet<string> = new Set([
  'ok',
  'code',
  'stage',
  'category',
  'attempts',
  'flaky',
  'address',
  'family',
  'loss',
  'dup',
  'reorder',
  'rtt',
  'phase',
])
/** What a kind has beside the facts that carry its own name. */
const ALSO: Readonly<Partial<Record<ProbeKind, readonly string[]>>> = {
  dns: ['tls'],
  tls: ['tcp'],
  http: ['tcp', 'tls'],
}
/** A condition about one of these says itself how much may fail; without one, every sample has to succeed. */
const DECISIVE: ReadonlySet<string> = new Set(['ok', 'code', 'stage', 'category', 'loss', 'udp.state'])

export function hasField(kind: ProbeKind, field: string): boolean {
  const head = field.split('.')[0] ?? ''
  return COMMON.has(head) || head === kind || (ALSO[kind]?.includes(head) ?? false)
}

/** The fields of that kind in words, for advice. */
export function fieldsOf(kind: ProbeKind): string {
  return `${[...COMMON].join(', ')} and ${kind}.…`
}

/** True when a condition about this field takes the place of "every sample succeeds". */
export function isDecisive(field: string): boolean {
  return DECISIVE.has(field)
}
