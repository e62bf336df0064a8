import type {Clock} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'

/**
 * Acts on an absolute schedule until the returned function is called. What a busy machine has missed is not made up for: a burst would
 * say nothing about the path.
 */
export function every(clock: Pick<Clock, 'now' | 'after'>, gap: Millis, act: () => void): () => void {
  let due = clock.now() + gap
  let cancel = (): void => {}
  const arm = (): void => {
    cancel = clock.after(Math.max(0, due - clock.now()), () => {
      due = Math.max(due + gap, clock.now())
      arm()
      act()
    })
  }
  arm()
  return () => cancel()
}
