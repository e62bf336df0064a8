/** Why a dialogue before a handshake failed: by step, and with the bytes that arrived. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {StreamEvent} from '../../core/ports.ts'
import {shorten, stripControl} from '../../core/text.ts'
import {formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {abortOwner} from '../shared/deadline.ts'
import {latin1Text, type Heard} from './dialogue.ts'
import type {StarttlsProtocol} from './protocols.ts'

export interface Place {
  readonly protocol: StarttlsProtocol
  readonly peer: string
  readonly family: Family
  /** Counts from 1. */
  readonly step: number
  readonly of: number
  readonly name: string
}

export function explainHeard(
  heard: Exclude<Heard, {type: 'more' | 'go'}>,
  bytes: Uint8Array,
  place: Place,
): Failure {
  switch (heard.type) {
    case 'absent':
      return makeFailure(
        'TLS_STARTTLS_ABSENT',
        `${where(place)}: no offer of TLS in ${quoteText(heard.said)}`,
      )
    case 'refused':
      return makeFailure('TLS_STARTTLS_REFUSED', `${where(place)}: refused with ${quoteText(heard.said)}`)
    case 'foreign':
      return makeFailure('TLS_STARTTLS_MISMATCH', `${where(place)}: got ${describe(bytes)}`, {
        advice: isTlsRecord(bytes) ? ['the port speaks TLS from the start: leave --starttls out'] : [],
      })
  }
}

export function explainInjection(bytes: Uint8Array, place: Place): Failure {
  const message = `${where(place)}: ${octets(bytes)} of plain text followed the go-ahead: ${quoteBytes(bytes)}`
  return makeFailure('TLS_STARTTLS_INJECTION', message)
}

/** `signal` tells whose patience ended, for an aborted read. */
export function explainEnd(
  event: Exclude<StreamEvent, {type: 'data'}>,
  bytes: Uint8Array,
  place: Place,
  signal?: AbortSignal,
): Failure {
  const so = bytes.length === 0 ? 'nothing had arrived' : `so far had arrived: ${quoteBytes(bytes)}`
  switch (event.type) {
    case 'end':
      return makeFailure('TLS_STARTTLS_CLOSED', `${where(place)}: the server closed the connection; ${so}`)
    case 'error': {
      const {code} = event.error
      if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') {
        const message = `${where(place)}: the connection was reset; ${so}`
        return makeFailure('TLS_STARTTLS_CLOSED', message, {cause: code})
      }
      const {peer, family} = place
      return classifyNetError(event.error, {stage: 'tls', peer, family})
    }
    case 'aborted': {
      const owner = signal && abortOwner(signal)
      if (owner?.by !== 'deadline') {
        return makeFailure('CANCELLED', `${where(place)}: cancelled`, {stage: 'tls'})
      }
      const message = `${where(place)}: no complete answer within ${formatDuration(owner.after)}; ${so}`
      return makeFailure('TLS_STARTTLS_TIMEOUT', message)
    }
  }
}

function where({peer, protocol, step, of, name}: Place): string {
  return `${peer} (${protocol}), step ${step} of ${of} (${name})`
}

function describe(bytes: Uint8Array): string {
  if (isTlsRecord(bytes)) return 'a TLS record, before any plain text'
  return `${octets(bytes)} that are no answer: ${quoteBytes(bytes)}`
}

function isTlsRecord(bytes: Uint8Array): boolean {
  const [type, major] = bytes
  return type !== undefined && type >= 20 && type <= 24 && major === 3
}

function octets({length}: Uint8Array): string {
  return `${length} octet${length === 1 ? '' : 's'}`
}

const QUOTED = 120

function quoteText(text: string): string {
  const shown = shorten(stripControl(text).trim(), QUOTED)
  return shown === '' ? 'an empty answer' : JSON.stringify(shown)
}

/** As text where it is text, else in hexadecimal. */
function quoteBytes(bytes: Uint8Array): string {
  const text = latin1Text(bytes.subarray(0, 4 * QUOTED))
  // oxlint-disable-next-line no-control-regex -- counting them is the point
  const odd = text.match(/[^\t\r\n\u0020-\u007E]/g)?.length ?? 0
  if (odd * 4 <= text.length) return quoteText(text)
  const hex = Buffer.from(bytes.subarray(0, 32))
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 ')
  return bytes.length > 32 ? `${hex} …` : hex
}
