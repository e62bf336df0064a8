/** From the kernel's receive stamps, which are of the wall clock, to the monotonic clock. */
import type {Ffi} from './ffi.ts'

/** A stamp older than this comes from a wall clock that was set meanwhile. */
const OLDEST = 60_000_000_000n
/** Two clocks read within this time of each other agree well enough. */
const CLOSE = 3_000n
const TRIES = 8

/**
 * The monotonic time, in nanoseconds, at which the kernel took a packet from the device; the present when it gave no
 * stamp. The two clocks are read one after the other: when this process loses the processor between, they are apart by
 * as much, so they are read again and the closest pair counts.
 */
export function arrivedAt(
  ffi: Pick<Ffi, 'realtime'>,
  stamp: bigint | null,
  monotonic: () => bigint = () => process.hrtime.bigint(),
): bigint {
  if (stamp === null) return monotonic()
  const {wall, now} = readBoth(ffi, monotonic)
  const age = wall - stamp
  return age >= 0n && age < OLDEST ? now - age : now
}

function readBoth(ffi: Pick<Ffi, 'realtime'>, monotonic: () => bigint): {wall: bigint; now: bigint} {
  let best = {wall: 0n, now: 0n}
  let closest: bigint | null = null
  for (let tries = 0; tries < TRIES; tries++) {
    const before = monotonic()
    const wall = ffi.realtime()
    const apart = monotonic() - before
    if (closest !== null && apart >= closest) continue
    closest = apart
    // The middle is when the other one was read.
    best = {wall, now: before + apart / 2n}
    if (apart <= CLOSE) break
  }
  return best
}
