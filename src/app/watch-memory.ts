/** What has to be told to somebody who begins to follow a watch in the middle of it. */
import type {RunEvent} from '../core/events.ts'
import type {Millis} from '../core/units.ts'

type Remembered = Extract<
  RunEvent,
  {type: 'run-started' | 'target-added' | 'state-changed' | 'group-added' | 'group-changed' | 'path-switched'}
>

/** Keeps the last of each kind by its subject; the events themselves, not copies. */
export class WatchMemory {
  readonly #last = new Map<string, Map<Remembered['type'], Remembered>>()

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#keep('', event)
        return
      case 'target-added':
        this.#keep(`target ${event.target.name}`, event)
        return
      case 'target-removed':
        this.#last.delete(`target ${event.target}`)
        return
      case 'state-changed':
        this.#keep(`target ${event.target}`, event)
        return
      case 'group-added':
        this.#keep(`group ${event.group.name}`, event)
        return
      case 'group-removed':
        this.#last.delete(`group ${event.group}`)
        return
      case 'group-changed':
      case 'path-switched':
        this.#keep(`group ${event.group}`, event)
        return
      default:
    }
  }

  /** The run first, then each target and group with what last became of it, as if it were `at`. */
  tell(at: Millis): readonly RunEvent[] {
    return [...this.#last.values()].flatMap((events) => [...events.values()].map((event) => ({...event, at})))
  }

  #keep(subject: string, event: Remembered): void {
    const events = this.#last.get(subject) ?? new Map<Remembered['type'], Remembered>()
    events.set(event.type, event)
    this.#last.set(subject, events)
  }
}
