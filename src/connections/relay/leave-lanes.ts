/** The last stage of the way back: the connections of the paths that were left. Only a warning when it fails. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Clock} from '../../core/ports.ts'
import type {StreamSpec} from '../../core/stream-spec.ts'
import {formatDuration} from '../../core/units.ts'
import {startDeadline} from '../../probes/shared/deadline.ts'
import type {Lane} from './lane.ts'
import type {StageReport} from './upgrade.ts'

export interface Leaving {
  readonly paths: readonly string[]
  /** Gives the connection of a path away; null where there is none. */
  readonly take: (path: string) => Lane | null
  readonly clock: Pick<Clock, 'now' | 'after' | 'sleep'>
  readonly signal: AbortSignal
  readonly tell: (report: StageReport) => void
}

const STAGE = {stage: 'closing', direction: null, address: null, failure: null} as const

/** Waits for the grace period: until its end the way to the relay is as short as that to a warm one. */
export async function leaveLanes(
  {paths, take, clock, signal, tell}: Leaving,
  {standby, grace, limits}: StreamSpec,
): Promise<void> {
  if (standby === 'warm') {
    tell({...STAGE, result: 'skipped', took: 0, because: 'the relay is kept warm'})
    return
  }
  await clock.sleep(grace, signal).catch(() => undefined)
  if (signal.aborted) return
  for (const path of paths) {
    const lane = take(path)
    if (!lane) continue
    const started = clock.now()
    const address = lane.remote
    const deadline = startDeadline({clock, after: limits.closing, level: 'step', parent: signal})
    const left = await lane.leave(deadline.signal)
    deadline.stop()
    if (signal.aborted) return
    const took = clock.now() - started
    if (left) tell({...STAGE, address, result: 'ok', took, because: `the connection of ${path} is closed`})
    else {
      const text = `${address} did not answer the goodbye within ${formatDuration(limits.closing)}: cut off`
      tell({
        ...STAGE,
        ...{address, took, result: 'warned', because: text},
        failure: makeFailure('RELAY_CLOSE_TIMEOUT', text),
      })
    }
  }
}
