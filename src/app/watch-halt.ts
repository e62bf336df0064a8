/** Tells a running drill that somebody has halted all faults of this user. */
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {readHalt} from '../faults/halt.ts'

/** `fault halt` undoes the faults itself; this is only how soon the drill stops making new ones. */
const EVERY: Millis = 500

/** Calls back once, at most half a second after the halt, until the returned function is called. */
export function watchHalt(
  ports: Pick<Ports, 'clock' | 'files' | 'host'>,
  onHalt: (because: string) => void,
): () => void {
  let over = false
  let cancel = (): void => undefined
  const look = async (): Promise<void> => {
    // A file that can't be read at this moment is looked at again.
    const halt = await readHalt(ports).catch(() => null)
    if (over) return
    if (halt === null) {
      cancel = ports.clock.after(EVERY, () => void look())
      return
    }
    onHalt(`faults were halted: ${halt.reason || 'no reason given'}`)
  }
  cancel = ports.clock.after(EVERY, () => void look())
  return () => {
    over = true
    cancel()
  }
}
