/** Ctrl-C and its like as an abort. */
import {type EndingSignal, onEndingSignal} from '../system/signals.ts'

export interface Interrupt {
  /** Aborted by the first ending signal; the reason names it. */
  readonly signal: AbortSignal
  /** The first ending signal; null while there was none. */
  received(): EndingSignal | null
  /** The process obeys signals by itself again. */
  forget(): void
}

export function watchInterrupt(): Interrupt {
  const stop = new AbortController()
  let first: EndingSignal | null = null
  const forget = onEndingSignal((name) => {
    first ??= name
    stop.abort(new Error(`${name} received`))
  })
  return {signal: stop.signal, received: () => first, forget}
}
