/** Failures of the way to a resolver, in the words of DNS. */
import {type FailureCode, makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {NetError} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {type Deadline, abortOwner} from '../shared/deadline.ts'
import type {Server} from './ask.ts'

/** What has its own name here; the rest (routes, policies, own mistakes) keeps its code. */
const IN_DNS: Partial<Record<FailureCode, FailureCode>> = {
  TCP_REFUSED: 'DNS_PORT_CLOSED',
  TCP_TIMEOUT: 'DNS_TIMEOUT',
  TCP_SILENT: 'DNS_TIMEOUT',
  NET_UNREACHABLE: 'DNS_UNREACHABLE',
}

export function inDnsWords(failure: Failure, server: Server): Failure {
  const code = IN_DNS[failure.code]
  if (code === undefined) return failure
  const closed = `no DNS server listens on ${joinHostPort(server.address, server.port)}`
  const message = code === 'DNS_PORT_CLOSED' ? closed : failure.message
  return makeFailure(code, message, failure.cause === undefined ? {} : {cause: failure.cause})
}

export function transportFailure(error: NetError, server: Server, stage: 'send' | 'receive'): Failure {
  const peer = joinHostPort(server.address, server.port)
  return inDnsWords(classifyNetError(error, {stage, peer, family: server.family}), server)
}

/** Answers that were not taken. */
export interface Rejections {
  mismatched: number
  malformed: number
  /** Of the latest one. */
  because: string
}

export function countOf({mismatched, malformed}: Rejections): number {
  return mismatched + malformed
}

/** What the end of the waiting means. */
export function silenceFailure(
  server: Server,
  deadline: Deadline,
  waited: Millis,
  seen: Rejections,
): Failure {
  const peer = joinHostPort(server.address, server.port)
  if (abortOwner(deadline.signal)?.by !== 'deadline') {
    return makeFailure('CANCELLED', `waiting for ${peer} was cancelled`)
  }
  const within = `within ${formatDuration(waited)}`
  if (countOf(seen) === 0) return makeFailure('DNS_TIMEOUT', `${peer} gave no answer ${within}`)
  const summary = `${countOf(seen)} rejected, the last one for ${seen.because}`
  return seen.mismatched > 0
    ? makeFailure('DNS_MISMATCH', `${peer}: only answers that are not ours ${within} (${summary})`)
    : makeFailure('DNS_MALFORMED', `${peer}: only broken answers ${within} (${summary})`)
}
