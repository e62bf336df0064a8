/** Deadlines with an owner, so that our own timeout is never mistaken for the user's abort. */
import type {Clock} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'

/** Whose time ran out: the whole sample's, or the share that one address, resolver or waiting step got of it. */
export type DeadlineLevel = 'sample' | 'address' | 'resolver' | 'step'

/** The reason of a signal that our own timer aborted. */
export class DeadlineExpired extends Error {
  override readonly name = 'DeadlineExpired'
  readonly level: DeadlineLevel
  readonly after: Millis

  constructor(level: DeadlineLevel, after: Millis) {
    super(`no result within ${formatDuration(after)}`)
    this.level = level
    this.after = after
  }
}

/** A running deadline; always `stop` it, or its timer keeps the process alive. */
export interface Deadline {
  readonly signal: AbortSignal
  /** When it expires on the clock. */
  readonly ends: Millis
  /** Never negative. */
  left(): Millis
  stop(): void
}

export interface DeadlineRequest {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly after: Millis
  readonly level: DeadlineLevel
  /** Its abort ends this deadline too, with its own reason. */
  readonly parent: AbortSignal
}

/** Starts a deadline inside another one or inside the user's abort; whichever comes first gives the reason. */
export function startDeadline({clock, after, level, parent}: DeadlineRequest): Deadline {
  const controller = new AbortController()
  const ends = clock.now() + after
  const onParent = (): void => {
    stop()
    controller.abort(parent.reason)
  }
  const cancel = clock.after(after, () => {
    stop()
    controller.abort(new DeadlineExpired(level, after))
  })
  const stop = (): void => {
    cancel()
    parent.removeEventListener('abort', onParent)
  }
  if (parent.aborted) onParent()
  else parent.addEventListener('abort', onParent, {once: true})
  return {signal: controller.signal, ends, left: () => Math.max(0, ends - clock.now()), stop}
}

export type AbortOwner =
  {readonly by: 'deadline'; readonly level: DeadlineLevel; readonly after: Millis} | {readonly by: 'user'}

/** Who ended it; null while the signal is not aborted. Any reason that is not a deadline of ours is the user's. */
export function abortOwner(signal: AbortSignal): AbortOwner | null {
  if (!signal.aborted) return null
  const reason: unknown = signal.reason
  return reason instanceof DeadlineExpired
    ? {by: 'deadline', level: reason.level, after: reason.after}
    : {by: 'user'}
}
