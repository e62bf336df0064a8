/** What a connection does after it was accepted. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {ByteStream, Clock, StreamEvent} from '../../core/ports.ts'
import {shorten, stripControl} from '../../core/text.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {type Deadline, abortOwner, startDeadline} from '../shared/deadline.ts'
import type {TcpOptions} from './options.ts'

export interface Observed {
  readonly failure: Failure | null
  /** Control characters removed; null when nothing came or nothing was waited for. */
  readonly banner: string | null
  /** From connected (and sent) to the first byte; null when none came. */
  readonly wait: Millis | null
}

/** What of the options is about the time after the connection was accepted. */
export type ObserveOptions = Pick<TcpOptions, 'send' | 'banner' | 'expect_banner' | 'hold'>

export interface Observation {
  readonly stream: ByteStream
  readonly family: Family
  /** Of the connection attempt. */
  readonly rtt: Millis
  readonly options: ObserveOptions
  readonly deadline: Deadline
  readonly clock: Clock
}

/** Enough for any greeting; a server that talks on does not keep the probe busy. */
const BANNER_LIMIT = 4096

/** Sends and waits as the options say. The stream stays open. */
export async function observeConnection(observation: Observation): Promise<Observed> {
  const {options, stream} = observation
  if (options.send !== undefined) {
    const error = await stream.write(Buffer.from(options.send))
    if (error) return failed(classifyNetError(error, contextOf(observation, 'send')))
  }
  if (options.banner || options.expect_banner !== undefined) return readBanner(observation)
  return hold(observation)
}

/**
 * Waits for a reset or an end that comes right after the accept. A refusing server needs one round trip for that
 * and some time to be scheduled; bytes or silence both mean that the connection stands.
 */
async function hold(observation: Observation): Promise<Observed> {
  const {clock, deadline, stream, options} = observation
  const length = Math.min(options.hold ?? defaultHold(observation.rtt), deadline.left())
  if (length <= 0) return {failure: null, banner: null, wait: null}
  const end = startDeadline({clock, after: length, level: 'step', parent: deadline.signal})
  const event = await stream.read(end.signal)
  end.stop()
  if (event.type === 'data' || event.type === 'aborted') return {failure: null, banner: null, wait: null}
  return failed(endOf(event, observation, 'right after accepting it'))
}

/**
 * Twice the round trip covers the RST's way. The lower bound leaves a busy server time to be scheduled and fits an
 * interval of 50 ms, the shortest that drills use; the upper one keeps slow probes short.
 */
function defaultHold(rtt: Millis): Millis {
  return Math.min(500, Math.max(40, 2 * rtt))
}

async function readBanner(observation: Observation): Promise<Observed> {
  const {clock, deadline, stream, options} = observation
  const started = clock.now()
  const chunks: Uint8Array[] = []
  let wait: Millis | null = null
  for (;;) {
    const event = await stream.read(deadline.signal)
    const bytes = Buffer.concat(chunks)
    if (event.type !== 'data') {
      const seen = {banner: textOf(bytes), wait}
      return {...seen, failure: bytes.length > 0 ? mismatch(bytes, observation) : endOf(event, observation)}
    }
    wait ??= clock.now() - started
    chunks.push(event.data)
    const all = Buffer.concat(chunks)
    const complete = options.expect_banner === undefined || all.includes(options.expect_banner)
    if (complete) return {failure: null, banner: textOf(all), wait}
    if (all.length >= BANNER_LIMIT) return {failure: mismatch(all, observation), banner: textOf(all), wait}
  }
}

function mismatch(bytes: Buffer, {options, stream, deadline}: Observation): Failure {
  if (abortOwner(deadline.signal)?.by === 'user') return cancelled(stream)
  const wanted = shorten(options.expect_banner ?? '', 80)
  return makeFailure(
    'EXPECT_MISMATCH',
    `${stream.remote} sent "${shorten(textOf(bytes) ?? '', 80)}", without the expected "${wanted}"`,
  )
}

/** What it means when the connection, or our patience, ended before a byte came. */
function endOf(
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

function cancelled(stream: ByteStream): Failure {
  return makeFailure('CANCELLED', `waiting for ${stream.remote} was cancelled`)
}

function failed(failure: Failure): Observed {
  return {failure, banner: null, wait: null}
}

function textOf(bytes: Buffer): string | null {
  return bytes.length === 0 ? null : stripControl(bytes.subarray(0, BANNER_LIMIT).toString('utf8')).trim()
}

function contextOf(
  {stream, family}: Observation,
  stage: 'send' | 'receive',
): Parameters<typeof classifyNetError>[1] {
  return {stage, peer: stream.remote, family}
}
