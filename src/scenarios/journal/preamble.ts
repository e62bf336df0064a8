import type {RunEvent} from '../../core/events.ts'
import {toJsonLine} from '../../core/json.ts'

/**
 * What a later segment of a journal has to begin with to be readable by itself: the run, the targets of now and the
 * last change of state of each, with the times at which they were first told.
 */
export class Preamble {
  #started: (RunEvent & {type: 'run-started'}) | null = null
  readonly #targets = new Map<string, string>()
  readonly #states = new Map<string, string>()

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#started = event
        return
      case 'target-added':
        this.#targets.set(event.target.name, toJsonLine(event))
        this.#states.delete(event.target.name)
        return
      case 'target-removed':
        this.#targets.delete(event.target)
        this.#states.delete(event.target)
        return
      case 'state-changed':
        this.#states.set(event.target, toJsonLine(event))
        return
      default:
    }
  }

  /** The lines for the segment of this number. Only the first one has none: its events are the beginning itself. */
  linesFor(number: number): readonly string[] {
    if (!this.#started || number === 1) return []
    const rest = [...this.#targets.values(), ...this.#states.values()]
    const segment = {number, preamble: rest.length + 1}
    return [toJsonLine({...this.#started, run: {...this.#started.run, segment}}), ...rest]
  }
}
