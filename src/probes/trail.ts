/** The decision trail of a probe and the state of its breaker, as a fold over its events. */
import type {RunEvent} from '../core/events.ts'
import type {BreakerStatus} from '../core/guard-events.ts'
import type {TrailStep} from '../core/strategy-events.ts'

/** An endless ladder must not fill the memory. */
const MOST_STEPS = 200

export class TrailFold {
  #steps: TrailStep[] = []
  #breaker: BreakerStatus | null = null

  /** Events of other kinds say nothing here. */
  add(event: RunEvent): void {
    if (event.type === 'target-added' && event.target.breaker !== undefined) {
      this.#breaker ??= {phase: event.target.breaker, until: null, because: 'nothing has failed yet'}
    }
    if (event.type === 'breaker-changed') {
      const {to: phase, until, because} = event
      this.#breaker = {phase, until, because}
    }
    const step = stepOf(event)
    if (step) this.#steps = [...this.#steps.slice(1 - MOST_STEPS), step]
  }

  result(): {readonly breaker: BreakerStatus | null; readonly trail: readonly TrailStep[]} {
    return {breaker: this.#breaker, trail: this.#steps}
  }
}

function stepOf(event: RunEvent): TrailStep | null {
  const {at} = event
  switch (event.type) {
    case 'attempt-scheduled': {
      const {attempt, because: text} = event
      return {at, attempt, by: 'ladder', result: 'told', text}
    }
    case 'attempt-denied': {
      const {attempt, code, because} = event
      return {at, attempt, by: 'guard', result: 'told', text: `${code}: ${because}`}
    }
    case 'breaker-changed':
      return {
        at,
        attempt: null,
        by: 'breaker',
        result: 'told',
        text: `${event.from} → ${event.to}: ${event.because}`,
      }
    case 'strategy-step': {
      const {attempt, strategy: by, result, text} = event
      return {at, attempt, by, result, text}
    }
    default:
      return null
  }
}
