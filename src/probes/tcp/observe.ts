/** What a connection does after it was accepted. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import {shorten, stripControl} from '../../core/text.ts'
import type {Millis} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {abortOwner, startDeadline} from '../shared/deadline.ts'
import {holdDialogue} from './dialogue.ts'
import {type Observation, type Observed, cancelled, contextOf, endOf} from './observation.ts'

/** Enough for any greeting; a server that talks on does not keep the probe busy. */
const BANNER_LIMIT = 4096

/** Sends and waits as the options say. The stream stays open. */
export async function observeConnection(observation: Observation): Promise<Observed> {
  const {options, stream} = observation
  if (options.dialogue) return holdDialogue(options.dialogue, observation)
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
  observation.onTimed?.()
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

function failed(failure: Failure): Observed {
  return {failure, banner: null, wait: null}
}

function textOf(bytes: Buffer): string | null {
  return bytes.length === 0 ? null : stripControl(bytes.subarray(0, BANNER_LIMIT).toString('utf8')).trim()
}
