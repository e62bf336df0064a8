import type {Millis} from '../../core/units.ts'

/**
 * What was done about a failed attempt before the ladder is asked. `mended`: the cause is gone, so that the one retry may
 * follow at once. `hopeless`: no retry can help. `held`: this machine's own network is down; the attempt is not counted
 * and the ladder waits on its rung for a change.
 */
export interface Remedy {
  readonly type: 'mended' | 'hopeless' | 'held'
  readonly because: string
}

/** The attempt that failed, as far as remedies care. */
export interface FailedAt {
  readonly attempt: number
  readonly startedAt: Millis
  /** Whether the ladder would go on after this failure: what only helps a retry is useless otherwise. */
  readonly wouldRetry: boolean
  readonly signal: AbortSignal
}

export interface Mended {
  readonly remedy?: Remedy | undefined
  /** Waits are so many times longer for now. */
  readonly waitFactor?: number | undefined
}

/** Null when the signal came first; then what is under way goes on by itself and its end is not heard. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return null
  const aborted = Promise.withResolvers<null>()
  const onAbort = (): void => aborted.resolve(null)
  signal.addEventListener('abort', onAbort, {once: true})
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
