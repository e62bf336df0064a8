/**
 * The state of all clients as 16 bytes each in one buffer: an event then costs one miss of the processor's cache and
 * not one per array, which decides how fast a million clients run.
 */
export interface Records {
  readonly clients: number
  readonly ints: Int32Array
  readonly words: Uint32Array
  readonly doubles: Float64Array
}

/** Integers per client. */
export const STRIDE = 4
/** Where in `ints` (or `words`) of a client what stands. */
export const AT = {state: 0, lostAt: 1} as const
/** The last wait takes the last two integers, as one double. */
const LAST_WAIT = 1

export function lastWaitIndex(client: number): number {
  return client * (STRIDE / 2) + LAST_WAIT
}

export function openRecords(clients: number): Records {
  const buffer = new ArrayBuffer(clients * STRIDE * 4)
  return {
    clients,
    ints: new Int32Array(buffer),
    words: new Uint32Array(buffer),
    doubles: new Float64Array(buffer),
  }
}
