/** What the probe of WebSockets found out, as a compact block of text. */
import type {WebSocketFacts} from '../core/facts.ts'
import {stripControl} from '../core/text.ts'
import {type TextOptions, plural, renderEntry} from './probe-text.ts'

const ENDS: Readonly<Record<NonNullable<WebSocketFacts['ended']>, string>> = {
  refused: 'the upgrade was refused',
  'close-frame': 'closed by the server',
  fin: 'ended without a close frame (FIN)',
  rst: 'the connection broke (RST, or an error of the network)',
  silence: 'no pong: silence',
  malformed: 'frames that break the protocol',
}

export function renderWebSocket(facts: WebSocketFacts, options: TextOptions): string[] {
  const {protocol, ended, messages, message, clean, reused} = facts
  const heard = `${messages}, last ${JSON.stringify(stripControl(message ?? ''))}`
  const also = [
    clean === false ? 'our close frame was not answered' : '',
    reused ? 'over the connection of an earlier sample' : '',
  ].filter((text) => text !== '')
  return [
    options.style('strong', 'websocket'),
    ...renderUpgrade(facts, options),
    ...(protocol === null ? [] : renderEntry('protocol', stripControl(protocol), options)),
    ...renderPings(facts, options),
    ...(messages === 0 ? [] : renderEntry('messages', heard, options)),
    ...(ended === null ? [] : renderEntry('ended', ENDS[ended] + closeWords(facts), options, 'bad')),
    ...(also.length === 0 ? [] : renderEntry('also', also.join('; '), options)),
  ]
}

function renderUpgrade({status}: WebSocketFacts, options: TextOptions): string[] {
  if (status === null) return []
  return renderEntry(
    'upgrade',
    status === 101 ? 'done (101)' : String(status),
    options,
    status === 101 ? 'good' : 'bad',
  )
}

function renderPings({pings, pongs, stale}: WebSocketFacts, options: TextOptions): string[] {
  if (pings === 0) return []
  const others = stale === 0 ? '' : `, and ${plural(stale, 'pong')} for other pings`
  return renderEntry(
    'pings',
    `${pongs} of ${pings} answered${others}`,
    options,
    pongs < pings ? 'bad' : 'good',
  )
}

function closeWords({close_code: code, close_reason: reason}: WebSocketFacts): string {
  if (code === null) return ''
  return `: code ${code}${reason === null || reason === '' ? '' : ` ${JSON.stringify(stripControl(reason))}`}`
}

/** A few words about a success. */
export function webSocketWords({pongs, protocol, messages, reused}: WebSocketFacts): string {
  const parts = [
    pongs > 0 ? plural(pongs, 'pong') : 'open',
    protocol === null ? '' : stripControl(protocol),
    messages > 0 ? plural(messages, 'message') : '',
    reused ? 'same connection' : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}
