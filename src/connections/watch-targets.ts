import type {EmitEvent} from '../core/events.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import {Observer} from './observer.ts'
import type {LoadProbe} from './probers.ts'
import {TargetWatch} from './watch-target.ts'

export interface WatchRun {
  /** Start of the run on the monotonic clock: `at` and `sentAt` of events count from here. */
  readonly origin: Millis
  readonly emit: EmitEvent
  readonly signal: AbortSignal
  /** For tests; the registry's own otherwise. */
  readonly load?: LoadProbe
}

/** First samples are spread over their interval, but nobody waits longer than this for the first one, */
const LONGEST_STAGGER: Millis = 1000
/** unless there are thousands: so much time each, or their burst would be what is measured. */
const LEAST_APART: Millis = 1

/**
 * Opens all targets, then watches them until `signal` is aborted; `ended` resolves when everything under way has
 * ended. Throws `UserError` when a target makes no sense: then nothing was sent.
 */
export async function openWatch(
  specs: readonly WatchSpec[],
  ports: Ports,
  run: WatchRun,
): Promise<{readonly ended: Promise<void>}> {
  const {clock} = ports
  const {origin, emit, signal, load} = run
  const observer = new Observer(clock, ({length, because}) =>
    emit({type: 'observer-gap', at: clock.now() - origin, length, because}),
  )
  const watches: TargetWatch[] = []
  const end = async (): Promise<void> => {
    observer.stop()
    await Promise.all(watches.map(async (watch) => watch.stop()))
  }
  try {
    for (const [index, spec] of specs.entries()) {
      const spread = Math.min(spec.interval, Math.max(LONGEST_STAGGER, specs.length * LEAST_APART))
      const stagger = (spread * index) / specs.length
      const options = {origin, emit, observer, stagger, ...(load === undefined ? {} : {load})}
      watches.push(await TargetWatch.open(spec, ports, options))
    }
  } catch (error) {
    await end()
    throw error
  }
  // Loading the probes has kept the process busy: that is no gap yet.
  observer.start()
  for (const watch of watches) watch.start()
  return {ended: whenAborted(signal).then(end)}
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}))
}
