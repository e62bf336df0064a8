/** The time of a fault that the foreground keeps. */
import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'

/** How often the foreground tells the time left, and looks whether somebody else has ended the fault. */
const TICK: Millis = 1000

export interface Countdown<How> {
  readonly lasts: Millis
  readonly clock: Clock
  /** Ends it as `interrupted`. */
  readonly signal: AbortSignal
  /** Lets it look at once. */
  readonly wake?: AbortSignal
  readonly left: (left: Millis) => void
  /** How the fault has ended meanwhile; null while it has not. */
  readonly look: () => Promise<How | null>
}

export async function countDown<How>({
  lasts,
  clock,
  signal,
  wake,
  left: tellLeft,
  look,
}: Countdown<How>): Promise<How | 'over' | 'interrupted'> {
  const any = wake ? AbortSignal.any([signal, wake]) : signal
  const end = clock.now() + lasts
  for (let left = lasts; left > 0; left = end - clock.now()) {
    tellLeft(left)
    try {
      await clock.sleep(Math.min(TICK, left), any)
    } catch {
      if (signal.aborted) return 'interrupted'
    }
    const how = await look()
    if (how !== null) return how
  }
  return 'over'
}
