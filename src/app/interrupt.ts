/** Ctrl-C and its like as an abort. */
import {onEndingSignal} from '../system/signals.ts'

export interface Interrupt {
  /** Aborted by the first ending signal; the reason names it. */
  readonly signal: AbortSignal
  /** The process obeys signals by itself again. */
  forget(): void
}

export function watchInterrupt(): Interrupt {
  const stop = new AbortController()
  const forget = onEndingSignal((name) => stop.abort(new Error(`${name} received`)))
  return {signal: stop.signal, forget}
}
