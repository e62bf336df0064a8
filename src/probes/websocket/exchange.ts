/** What a sample does on an open connection: say something, ping, watch. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Ports} from '../../core/ports.ts'
import {shorten, stripControl} from '../../core/text.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {MeasureRun} from '../probe.ts'
import {type Deadline, abortOwner, startDeadline} from '../shared/deadline.ts'
import type {Channel} from './channel.ts'
import type {WebSocketOptions} from './options.ts'

export interface Exchanged {
  /** Null: nothing was missed; the channel may have ended all the same. */
  readonly failure: Failure | null
  /** Of the first ping; null without a pong. */
  readonly rtt: Millis | null
  /** A pong did not come. */
  readonly silent: boolean
}

interface Patience {
  readonly deadline: Deadline
  readonly onTimed: MeasureRun['onTimed'] | undefined
}

const FINE: Exchanged = {failure: null, rtt: null, silent: false}

export async function exchange(
  channel: Channel,
  options: WebSocketOptions,
  patience: Patience,
  ports: Pick<Ports, 'clock'>,
): Promise<Exchanged> {
  if (channel.end !== null) return FINE
  const {deadline} = patience
  if (options.send !== undefined) void channel.say(options.send)
  const first = options.ping ? await ping(channel, options, deadline, ports) : FINE
  if (first.failure || channel.end !== null) return first
  const {expect_message: expected} = options
  if (expected !== undefined) {
    const failure = await hear(channel, expected, deadline)
    if (failure || channel.end !== null) return {...first, failure}
  }
  const watched = await watch(channel, options, patience, ports)
  return {...watched, rtt: first.rtt}
}

async function ping(
  channel: Channel,
  {pong_timeout: most}: WebSocketOptions,
  deadline: Deadline,
  {clock}: Pick<Ports, 'clock'>,
): Promise<Exchanged> {
  const after = Math.min(most ?? Number.POSITIVE_INFINITY, deadline.left())
  const patience = startDeadline({clock, after, level: 'step', parent: deadline.signal})
  const waited = await channel.ping(patience.signal)
  patience.stop()
  if (waited.type === 'came') return {...FINE, rtt: waited.after}
  if (waited.type === 'ended') return FINE
  if (abortOwner(deadline.signal)?.by === 'user') return {...FINE, failure: cancelled(channel)}
  const {stale} = channel.counts
  const others = stale === 0 ? '' : `; ${stale} for other pings did`
  const text = `no pong of ${channel.remote} came within ${formatDuration(Math.round(after))}${others}`
  return {failure: makeFailure('WS_PONG_TIMEOUT', text), rtt: null, silent: true}
}

async function hear(channel: Channel, wanted: string, deadline: Deadline): Promise<Failure | null> {
  const waited = await channel.hear(wanted, deadline.signal)
  if (waited.type !== 'aborted') return null
  if (abortOwner(deadline.signal)?.by === 'user') return cancelled(channel)
  const {message, counts} = channel
  const last = message === null ? '' : `, the last one "${shorten(stripControl(message), 80)}"`
  const text = `${channel.remote} sent ${counts.messages} messages${last}, none with "${shorten(wanted, 80)}"`
  return makeFailure('EXPECT_MISMATCH', text)
}

/** Pings each interval until the hold is over; a pong that does not come is the end of it. */
async function watch(
  channel: Channel,
  options: WebSocketOptions,
  {deadline, onTimed}: Patience,
  ports: Pick<Ports, 'clock'>,
): Promise<Exchanged> {
  const {clock} = ports
  const ends = clock.now() + Math.min(options.hold, deadline.left())
  onTimed?.()
  for (;;) {
    const left = ends - clock.now()
    if (left <= 0 || deadline.signal.aborted) return FINE
    const after = Math.min(options.ping_interval, left)
    const pause = startDeadline({clock, after, level: 'step', parent: deadline.signal})
    const waited = await channel.rest(pause.signal)
    pause.stop()
    if (waited.type === 'ended') return FINE
    if (!options.ping || clock.now() >= ends) continue
    const again = await ping(channel, options, deadline, ports)
    if (again.failure || channel.end !== null) return again
  }
}

/** The user ended the wait. */
function cancelled(channel: Channel): Failure {
  return makeFailure('CANCELLED', `waiting for ${channel.remote} was cancelled`)
}
