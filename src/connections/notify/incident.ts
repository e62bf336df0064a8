/** Something that begins and ends and that somebody wants to know. */
import type {Millis} from '../../core/units.ts'
import type {NotifyKind} from './schema.ts'

export interface Incident {
  /** The same from its beginning to its end. */
  readonly key: string
  /** Receivers of any of these are told. */
  readonly kinds: readonly NotifyKind[]
  /** `alertname` among them. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly status: 'firing' | 'resolved'
  /** Higher is worse: an incident that gets worse is told again. */
  readonly level: number
  readonly startsAt: Millis
  /** Null while it lasts. */
  readonly endsAt: Millis | null
}
