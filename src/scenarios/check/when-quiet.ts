/** When to start the next probe of many, so that its times are its own. */
import type {Clock} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'

/** A turn of the event loop that took less had nothing to do: no handshake to compute, no answer to read. */
const IDLE_TURN: Millis = 0.1
/** In a row: after a single one the answer may just be on its way. */
const IDLE_TURNS = 3
/** A process that is never idle goes on all the same. */
const MOST_TURNS = 20

/**
 * Resolves once the process has nothing to do but wait, or soon. On loopback a probe is over by then, so that its round
 * trip is as short as if it were alone; with a network in between, this takes a small part of a round trip.
 */
export async function whenQuiet(clock: Clock): Promise<void> {
  for (let turns = 0, idle = 0; turns < MOST_TURNS && idle < IDLE_TURNS; turns++) {
    const begun = clock.now()
    await clock.turn()
    idle = clock.now() - begun < IDLE_TURN ? idle + 1 : 0
  }
}
