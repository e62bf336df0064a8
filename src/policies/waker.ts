/** Sleeps that a change of the own network ends early. */
import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {sleepUntil} from './sleep-until.ts'
import type {WakeSource} from './wake-source.ts'

/** One per ladder; always `close` it. */
export class Waker {
  readonly #source: WakeSource | null
  #forget: (() => void) | null = null
  #because: string | null = null
  #rouse: () => void = () => {}

  /** Null: nothing ever wakes. */
  constructor(source: WakeSource | null) {
    this.#source = source
  }

  /** What changed since the last `take`; null for nothing. */
  take(): string | null {
    const because = this.#because
    this.#because = null
    return because
  }

  /** What changed before is told at once, without sleeping. */
  async sleepUntil(
    due: Millis,
    {clock, signal}: {readonly clock: Clock; readonly signal: AbortSignal},
  ): Promise<'due' | 'woken' | 'aborted'> {
    if (signal.aborted) return 'aborted'
    if (this.#because !== null) return 'woken'
    // Watching the network costs a process: nobody does who doesn't wait.
    if (due > clock.now()) this.#forget ??= this.#listen()
    const own = new AbortController()
    const onAbort = (): void => own.abort(signal.reason)
    this.#rouse = () => own.abort(new Error('woken'))
    signal.addEventListener('abort', onAbort, {once: true})
    try {
      if (await sleepUntil(due, {clock, signal: own.signal})) return 'due'
      return signal.aborted ? 'aborted' : 'woken'
    } finally {
      this.#rouse = () => {}
      signal.removeEventListener('abort', onAbort)
    }
  }

  close(): void {
    this.#forget?.()
  }

  #listen(): () => void {
    const stop = this.#source?.onWake((because) => {
      this.#because = because
      this.#rouse()
    })
    return stop ?? (() => {})
  }
}
