/** Packets that leave together, some time apart, as on a radio channel that is shared by turns. */
import type {LinkEffect} from '../../core/link-effects.ts'
import type {Random} from '../../core/ports.ts'
import type {Bytes, Millis} from '../../core/units.ts'

export interface Slots {
  /** When a packet leaves that would be ready at `due`; `due` must not go back by more than a slot. */
  take(due: Millis, size: Bytes): Millis
}

/** Slots that follow at once would never let time pass. */
const SHORTEST: Millis = 0.001

export function openSlots(slot: NonNullable<LinkEffect['slot']>, random: Random): Slots {
  const {min, max, packets = Infinity, bytes = Infinity} = slot
  let opens: Millis = 0
  let left = {packets, bytes}
  const length = (): Millis => Math.max(SHORTEST, min + (max - min) * random.next())
  const open = (at: Millis): void => {
    opens = at
    left = {packets, bytes}
  }
  return {
    take: (due, size) => {
      const longest = Math.max(SHORTEST, max)
      // After silence: somewhere in the slot that is under way, without going through all that passed unused.
      if (due > opens + longest) open(due + random.next() * length())
      while (opens < due || left.packets < 1 || left.bytes <= 0) open(opens + length())
      left = {packets: left.packets - 1, bytes: left.bytes - size}
      return opens
    },
  }
}
