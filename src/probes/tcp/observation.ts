/** An accepted connection that is watched, what is seen of it, and what its end means. */
import {makeFailure} from '../../core/codes/index.ts'
import type {DialogueFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {ByteStream, Clock, StreamEvent} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {type Deadline, abortOwner} from '../shared/deadline.ts'
import type {TcpOptions} from './options.ts'

export interface Observed {
  readonly failure: Failure | null
  /** Control characters removed; null when nothing came or nothing was waited for. */
  readonly banner: string | null
  /** From connected (and sent) to the first byte; null when none came. */
  readonly wait: Millis | null
  readonly dialogue?: DialogueFacts
}

/** What of the options is about the time after the connection was accepted. */
export type ObserveOptions = Pick<TcpOptions, 'send' | 'banner' | 'expect_banner' | 'dialogue' | 'hold'>

export interface Observation {
  readonly stream: ByteStream
  readonly family: Family
  /** Of the connection attempt. */
  readonly rtt: Millis
  readonly options: ObserveOptions
  readonly deadline: Deadline
  readonly clock: Clock
  /** From here on no time is taken any more. */
  readonly onTimed?: (() => void) | undefined
}

/** What it means when the connection, or our patience, ended before a byte came. */
export function endOf(
  event: Exclude<StreamEvent, {type: 'data'}>,
  observation: Observation,
  when = 'before it sent anything',
): Failure {
  const {stream, deadline} = observation
  switch (event.type) {
    case 'end':
      return makeFailure('TCP_CLOSED', `${stream.remote} closed the connection ${when}`)
    case 'error':
      return classifyNetError(event.error, contextOf(observation, 'receive'))
    case 'aborted': {
      const owner = abortOwner(deadline.signal)
      if (owner?.by !== 'deadline') return cancelled(stream)
      const text = `${stream.remote} accepted the connection, then sent nothing within ${formatDuration(owner.after)}`
      return makeFailure('TCP_SILENT', text)
    }
  }
}

export function cancelled(stream: ByteStream): Failure {
  return makeFailure('CANCELLED', `waiting for ${stream.remote} was cancelled`)
}

export function contextOf(
  {stream, family}: Observation,
  stage: 'send' | 'receive',
): Parameters<typeof classifyNetError>[1] {
  return {stage, peer: stream.remote, family}
}
