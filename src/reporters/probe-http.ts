/** What an HTTP probe learned, as compact blocks of text. */
import type {HttpFacts, HttpRedirect} from '../core/facts.ts'
import type {PhaseName, Phases} from '../core/outcome.ts'
import {shorten, stripControl} from '../core/text.ts'
import type {StyleName} from './style.ts'
import {LABEL_WIDTH, type TextOptions, formatRtt, renderEntry} from './probe-text.ts'

export interface HttpTextOptions extends TextOptions {
  /** Headers and the beginning of the body as well. */
  readonly verbose: boolean
}

/** `phases` are those of the whole sample, redirects included. */
export function renderHttp(http: HttpFacts, phases: Phases, options: HttpTextOptions): string[] {
  return [
    options.style('strong', 'http'),
    ...renderEntry('status', statusLine(http), options, statusStyle(http.status)),
    ...http.redirects.flatMap((hop, index) => renderHop(hop, index, options)),
    ...(http.redirects.length > 0 ? renderEntry('answer', http.url, options) : []),
    ...(http.proxy === null ? [] : renderEntry('proxy', http.proxy, options)),
    ...renderBars(phases, options),
    ...(options.verbose ? renderHeaders(http, options) : []),
    ...(options.verbose && http.body !== null && http.body !== '' ? renderBody(http.body, options) : []),
  ]
}

/** `200 OK  HTTP/2  text/html  1256 octets`. */
export function statusLine(http: HttpFacts): string {
  if (http.status === null) return 'no response'
  const {status, reason, version, header, size, truncated} = http
  const type = header['content-type']
  const octets = size === null ? null : `${size} octets`
  return [
    `${status}${reason === '' ? '' : ` ${stripControl(reason)}`}`,
    `HTTP/${version ?? ''}`,
    type === undefined ? null : shorten(stripControl(type), 40),
    truncated ? `${octets ?? 'size unknown'}, not all read` : octets,
  ]
    .filter((part) => part !== null)
    .join('  ')
}

function statusStyle(status: number | null): StyleName {
  if (status === null || status >= 400) return 'bad'
  return status < 300 ? 'good' : 'plain'
}

function renderHop(
  {status, url, location, phase}: HttpRedirect,
  index: number,
  options: TextOptions,
): string[] {
  const took = phase.total === undefined ? '' : ` in ${formatRtt(phase.total)}`
  const text = `${status}${took}  ${stripControl(url)} → ${stripControl(location)}`
  return renderEntry(index === 0 ? 'redirects' : '', text, options)
}

const SHOWN: readonly PhaseName[] = ['resolve', 'connect', 'tls', 'request', 'wait', 'download', 'total']
const BAR = 40
const TIME_WIDTH = 10

/** One bar per phase, each beginning where the one before ended, so that they can be seen to add up. */
function renderBars(phases: Phases, options: TextOptions): string[] {
  const {total = 0} = phases
  const room = Math.max(8, Math.min(BAR, options.width - LABEL_WIDTH - TIME_WIDTH - 8))
  let before = 0
  return SHOWN.flatMap((name) => {
    const took = phases[name]
    if (took === undefined) return []
    const from = name === 'total' || total === 0 ? 0 : before / total
    if (name !== 'total') before += took
    const bar = drawBar(from, total === 0 ? 0 : took / total, room)
    const label = options.style('dim', name.padEnd(LABEL_WIDTH))
    return [`  ${label} ${formatRtt(took).padStart(TIME_WIDTH)}  ${options.style('accent', bar)}`.trimEnd()]
  })
}

function drawBar(from: number, share: number, room: number): string {
  const start = Math.min(room - 1, Math.floor(from * room))
  const length = Math.round(share * room)
  return ' '.repeat(start) + (length === 0 ? '▏' : '█'.repeat(Math.min(length, room - start)))
}

function renderHeaders({header}: HttpFacts, options: TextOptions): string[] {
  const lines = Object.entries(header).flatMap(([name, value]) =>
    value.split('\n').map((each) => `${stripControl(name)}: ${stripControl(each)}`),
  )
  return lines.flatMap((line, index) => renderEntry(index === 0 ? 'headers' : '', line, options))
}

const BODY = 600

function renderBody(body: string, options: TextOptions): string[] {
  return renderEntry('body', shorten(stripControl(body), BODY), options)
}
