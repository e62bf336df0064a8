import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'

/** Node fires a longer timer after 1 ms instead, so longer waits are made of pieces. */
const LONGEST_TIMER: Millis = 2_147_483_647

/** The real clock. `hrtime` is CLOCK_MONOTONIC, so its values are comparable between processes of one boot. */
export const systemClock: Clock = {
  now: () => Number(process.hrtime.bigint()) / 1e6,
  wall: () => Date.now(),
  after: armTimer,
  turn: async () => new Promise((resolve) => setImmediate(resolve)),
  sleep: async (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      const onAbort = (): void => {
        cancel()
        reject(signal?.reason as Error)
      }
      const cancel = armTimer(ms, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      signal?.addEventListener('abort', onAbort, {once: true})
    }),
}

function armTimer(ms: Millis, callback: () => void): () => void {
  if (Number.isNaN(ms)) throw new RangeError('a wait of NaN milliseconds')
  let left = Math.max(0, ms)
  let timer: NodeJS.Timeout
  const arm = (): void => {
    const piece = Math.min(left, LONGEST_TIMER)
    left -= piece
    timer = setTimeout(left > 0 ? arm : callback, piece)
  }
  arm()
  return () => clearTimeout(timer)
}
