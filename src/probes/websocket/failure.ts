/** What the end of a connection means. Pure. */
import {type FailureCode, makeFailure} from '../../core/codes/index.ts'
import type {WebSocketFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import {shorten, stripControl} from '../../core/text.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import type {ChannelEnd} from './channel.ts'
import type {CloseWord} from './frames.ts'

/** Codes of a close frame that mean more than an end (RFC 6455 section 7.4.1 and the IANA registry behind it). */
const CLOSE_CODES: Readonly<Record<number, FailureCode>> = {
  1008: 'WS_CLOSED_POLICY',
  1012: 'WS_CLOSED_BUSY',
  1013: 'WS_CLOSED_BUSY',
  3000: 'WS_CLOSED_POLICY',
  3003: 'WS_CLOSED_POLICY',
}

const NAMES: Readonly<Record<number, string>> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1007: 'invalid data',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'extension missing',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  3000: 'unauthorized',
  3003: 'forbidden',
  3008: 'timeout',
}

export interface EndContext {
  readonly peer: string
  readonly family: Family
  /** How long it had stood. */
  readonly age: Millis
}

export function explainEnd(end: ChannelEnd, context: EndContext): Failure {
  const {peer, age} = context
  const after = `after ${formatDuration(Math.max(0, Math.round(age)))}`
  switch (end.by) {
    case 'close-frame': {
      const {code} = end.word
      const cause = code === null ? {} : {cause: String(code)}
      const named = (code === null ? undefined : CLOSE_CODES[code]) ?? 'WS_CLOSED'
      return makeFailure(named, `${peer} closed the connection ${after}: ${wordText(end.word)}`, cause)
    }
    case 'fin':
      return makeFailure('WS_DROPPED', `${peer} ended the connection ${after}, without a close frame`)
    case 'malformed':
      return makeFailure('WS_MALFORMED', `${peer} broke the protocol ${after}: ${end.because}`)
    case 'error':
      return classifyNetError(end.error, {stage: 'receive', peer, family: context.family})
  }
}

function wordText({code, reason}: CloseWord): string {
  if (code === null) return 'a close frame without a code'
  const name = NAMES[code]
  const said = reason === '' ? '' : `, "${shorten(stripControl(reason), 80)}"`
  return `code ${code}${name === undefined ? '' : ` (${name})`}${said}`
}

/** In the words of the facts. */
export function endName(end: ChannelEnd | null): WebSocketFacts['ended'] {
  if (end === null) return null
  return end.by === 'error' ? 'rst' : end.by
}
