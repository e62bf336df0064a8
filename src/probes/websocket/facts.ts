/** What a sample found out. Pure. */
import type {WebSocketFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Reading} from '../../core/outcome.ts'
import {shorten, stripControl} from '../../core/text.ts'
import type {Millis} from '../../core/units.ts'
import type {Channel, Counts} from './channel.ts'
import type {Way} from './open-channel.ts'
import type {WebSocketTarget} from './target.ts'

/** What is known of a connection that stood. */
export interface Line {
  readonly channel: Pick<Channel, 'end' | 'message'>
  readonly reused: boolean
  readonly rtt: Millis | null
  readonly age: Millis
  readonly clean: boolean | null
}

export interface Seen {
  readonly way: Way
  readonly failure: Failure | null
  readonly ended: WebSocketFacts['ended']
  readonly counts: Counts
  /** Null where it came to none. */
  readonly line: Line | null
}

/** A condition looks at so much of a message. */
const MOST_TEXT = 4096

export function readingOf(seen: Seen, target: WebSocketTarget): Reading {
  const {way, line} = seen
  const reused = line?.reused === true
  const phase = reused ? {} : way.phase
  const total = Object.values(phase).reduce((sum, took) => sum + took, 0)
  const opened = line === null || reused ? null : total - (way.phase.resolve ?? 0)
  const round = target.options.ping ? (line?.rtt ?? null) : opened
  return {
    ...way.place,
    ...(round === null ? {} : {rtt: round}),
    phase: reused ? {} : {...phase, total},
    ...(way.tls === null ? {} : {tls: way.tls}),
    websocket: factsOf(seen, target),
  }
}

function factsOf({way, ended, counts, line}: Seen, {url, secrets}: WebSocketTarget): WebSocketFacts {
  const say = (text: string | null): string | null =>
    text === null ? null : secrets.redact(shorten(stripControl(text), MOST_TEXT))
  const {code, reason} = closeWord(ended, line)
  return {
    url: `${url.origin}${url.pathname}`,
    status: way.answer?.status ?? null,
    protocol: way.answer?.headers.get('sec-websocket-protocol') ?? null,
    ended,
    close_code: code,
    close_reason: say(reason),
    ...counts,
    ...(line === null ? NO_LINE : lineFacts(line, say)),
  }
}

const NO_LINE = {clean: null, message: null, reused: false, age_ms: null}

function lineFacts(
  {clean, channel, reused, age}: Line,
  say: (text: string | null) => string | null,
): Pick<WebSocketFacts, keyof typeof NO_LINE> {
  return {clean, message: say(channel.message), reused, age_ms: age}
}

/** The close frame that answers our own is no end that is worth telling. */
function closeWord(
  ended: Seen['ended'],
  line: Line | null,
): {readonly code: number | null; readonly reason: string | null} {
  const end = line?.channel.end
  const none = {code: null, reason: null}
  if (ended !== 'close-frame' || end?.by !== 'close-frame') return none
  return end.word.code === null ? none : end.word
}
