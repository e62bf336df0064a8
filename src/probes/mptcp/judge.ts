import {makeFailure} from '../../core/codes/index.ts'
import type {MptcpFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import {formatDuration} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import {fallbackFailure} from './fallback.ts'
import type {MptcpOptions} from './options.ts'

/** Whether the connection is what was asked for. */
export function judgeMptcp(options: MptcpOptions, facts: MptcpFacts, deadline: Deadline): Failure | null {
  const {used, fallback, subflows, remote} = facts
  if (!used) {
    const isFine = options.allow_fallback || options.transport === 'auto'
    return isFine || !fallback ? null : fallbackFailure(fallback, remote)
  }
  const wanted = options.subflows ?? 0
  if ((subflows ?? 0) >= wanted) return null
  const left = deadline.signal.aborted
    ? 'before the deadline'
    : `with ${formatDuration(deadline.left())} left`
  return makeFailure('MPTCP_SUBFLOWS', `${remote} has ${subflows ?? 0} of ${wanted} subflows ${left}`)
}
