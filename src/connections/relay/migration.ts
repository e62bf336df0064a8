/** The stream goes over to another connection while the old one still carries it, so that nothing depends on the new one yet. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Clock} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {startDeadline} from '../../probes/shared/deadline.ts'
import type {Lane} from './lane.ts'
import type {Tally} from './tally.ts'

/** So many messages that were sent over the new connection have to come back over it: the first octets prove too little. */
const ENOUGH = 3

export interface Migration {
  /** Every message goes over this one as well, until it is over. */
  readonly lane: Lane
  /** Null when the new connection carries the stream. */
  readonly ended: Promise<Failure | null>
}

export interface MigrationOptions {
  readonly lane: Lane
  readonly tally: Tally
  readonly limit: Millis
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly signal: AbortSignal
}

export function beginMigration({lane, tally, limit, clock, signal}: MigrationOptions): Migration {
  const ended = Promise.withResolvers<Failure | null>()
  const deadline = startDeadline({clock, after: limit, level: 'step', parent: signal})
  let came = 0
  lane.listen({
    onConfirmed: (seq) => {
      tally.confirm(seq, clock.now())
      came += 1
      if (came >= ENOUGH) ended.resolve(null)
    },
    onDialled: () => {},
    onEnd: (failure) => ended.resolve(failure),
  })
  deadline.signal.addEventListener('abort', () => ended.resolve(stalled(lane, came, limit)), {once: true})
  return {lane, ended: ended.promise.finally(() => deadline.stop())}
}

function stalled({remote}: Lane, came: number, limit: Millis): Failure {
  const text = `${remote}: ${came} of ${ENOUGH} messages were confirmed within ${formatDuration(limit)}`
  return makeFailure('STREAM_STALLED', text)
}
