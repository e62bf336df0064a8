/** One target probed: a line per sample as it arrives, then figures, facts, and what to do about a failure. */
import {FAILURES, isFailureCode} from '../core/codes/index.ts'
import type {RunEvent} from '../core/events.ts'
import type {Outcome, Reading, Sample} from '../core/outcome.ts'
import type {ProbeResult} from '../core/probe-result.ts'
import {joinHostPort} from '../core/target.ts'
import {shorten, stripControl} from '../core/text.ts'
import {displayWidth, wrapToWidth} from '../core/width.ts'
import {formatDuration} from '../core/units.ts'
import {statusLine} from './probe-http.ts'
import {formatRtt, plural} from './probe-text.ts'
import {renderProbeEnd} from './probe-end.ts'
import {pingWords} from './probe-ping.ts'
import {transportWords} from './probe-transports.ts'
import {webSocketWords} from './probe-websocket.ts'
import {chooseStyle} from './style.ts'

export interface ProbeHumanOptions {
  readonly color: boolean
  readonly width: number
  /** Only the end. */
  readonly quiet: boolean
  /** All facts, also in a series. */
  readonly verbose: boolean
}

export interface ProbeHuman {
  /** The lines for one event, with line breaks; often empty. */
  show(event: RunEvent): string
  end(result: ProbeResult): string
}

export function probeHuman(options: ProbeHumanOptions): ProbeHuman {
  const lines = new SampleLines(options)
  return {
    show: (event) => {
      const shown = options.quiet ? [] : lines.add(event)
      return shown.map((line) => `${line}\n`).join('')
    },
    end: (result) => {
      const style = chooseStyle(options.color)
      const end = renderProbeEnd(result, {...options, style})
      const gap = lines.printed && end.length > 0 ? [''] : []
      return [...gap, ...end].map((line) => `${line}\n`).join('')
    },
  }
}

const SEQ_WIDTH = 4
const TIME_WIDTH = 10

class SampleLines {
  readonly #options: ProbeHumanOptions
  readonly #style: ReturnType<typeof chooseStyle>
  #missed = 0
  #attempt: Extract<RunEvent, {type: 'attempt'}> | null = null
  #peerWidth = 15
  printed = false

  constructor(options: ProbeHumanOptions) {
    this.#options = options
    this.#style = chooseStyle(options.color)
  }

  add(event: RunEvent): string[] {
    const lines = this.#render(event)
    this.printed ||= lines.length > 0
    return lines
  }

  #render(event: RunEvent): string[] {
    switch (event.type) {
      case 'sample':
        return [...this.#takeMissed(), this.#sample(event.sample)]
      case 'slot-missed':
        this.#missed++
        return []
      case 'attempt':
        this.#attempt = event
        return []
      case 'attempt-scheduled': {
        const failed = this.#attempt?.failure
        const before = failed ? `attempt ${event.attempt - 1} failed: ${failed.code}; ` : ''
        const wait = formatDuration(Math.max(0, event.due - event.at))
        const next = `attempt ${event.attempt} (${event.phase}) in ${wait}`
        return [this.#aside('warning', before + next)]
      }
      case 'attempt-denied': {
        const what = `attempt ${event.attempt} (${event.phase}) is not let through: ${event.code}`
        return [this.#aside('warning', `${what}: ${event.because}`)]
      }
      case 'breaker-changed':
        return [this.#aside('warning', `breaker ${event.from} → ${event.to}: ${event.because}`)]
      case 'strategy-step': {
        // The failure's own message says why nothing follows.
        if (event.strategy === 'stop') return []
        const style = event.result === 'failed' ? 'warning' : 'dim'
        return this.#lines(style, `${event.strategy}: ${stripControl(event.text)}`)
      }
      case 'reply-extra': {
        const late = event.kind === 'late' ? ', counted as lost all the same' : ''
        const text = `${event.kind} reply to ${event.seq} after ${formatRtt(event.rtt)}${late}`
        return [this.#aside('warning', text)]
      }
      case 'observer-gap':
        return [this.#aside('warning', `not observed for ${formatDuration(event.length)}: ${event.because}`)]
      case 'notice':
        return [this.#aside(event.level === 'info' ? 'dim' : 'warning', stripControl(event.text))]
      default:
        return []
    }
  }

  #aside(style: 'dim' | 'warning', text: string): string {
    const head = ' '.repeat(SEQ_WIDTH + 2)
    return head + this.#style(style, shorten(text, Math.max(20, this.#options.width - head.length)))
  }

  /** As many lines as it takes: a finding must not be cut. */
  #lines(style: 'dim' | 'warning', text: string): string[] {
    const head = ' '.repeat(SEQ_WIDTH + 2)
    const room = Math.max(20, this.#options.width - head.length)
    return wrapToWidth(text, room).map((line) => head + this.#style(style, line))
  }

  #takeMissed(): string[] {
    if (this.#missed === 0) return []
    const text = `${plural(this.#missed, 'slot')} missed: the sample before was still under way`
    this.#missed = 0
    return [this.#aside('dim', text)]
  }

  #sample({seq, outcome}: Sample): string {
    const peer = peerOf(outcome)
    this.#peerWidth = Math.max(this.#peerWidth, displayWidth(peer))
    const time = timeOf(outcome)
    const retried = (this.#attempt?.attempt ?? 1) > 1 ? `attempt ${this.#attempt?.attempt ?? 1}: ` : ''
    this.#attempt = null
    const head = [
      String(seq).padStart(SEQ_WIDTH),
      peer.padEnd(this.#peerWidth),
      time.padStart(TIME_WIDTH),
    ].join('  ')
    const room = Math.max(16, this.#options.width - displayWidth(head) - 2)
    const {text, style} = detailOf(outcome)
    return `${head}  ${this.#style(style, shorten(retried + text, room))}`.trimEnd()
  }
}

function readingOf(outcome: Outcome): Reading | null {
  if (outcome.status === 'skipped') return null
  return outcome.status === 'ok' ? outcome.reading : outcome.partial
}

function peerOf(outcome: Outcome): string {
  const reading = readingOf(outcome)
  if (reading?.dns) return stripControl(reading.dns.resolver)
  if (reading?.address === undefined) return '-'
  const {address, port} = reading
  return stripControl(port === undefined ? address : joinHostPort(address, port))
}

function timeOf(outcome: Outcome): string {
  const rtt = outcome.status === 'ok' ? outcome.reading.rtt : undefined
  return rtt === undefined ? '-' : formatRtt(rtt)
}

function detailOf(outcome: Outcome): {
  readonly text: string
  readonly style: 'plain' | 'good' | 'warning' | 'bad'
} {
  switch (outcome.status) {
    case 'ok':
      return {text: factsOf(outcome.reading), style: 'plain'}
    case 'failed': {
      const {code} = outcome.failure
      const title = isFailureCode(code) ? FAILURES[code].title : ''
      return {text: `${code}: ${title}`, style: 'bad'}
    }
    case 'skipped':
      return {text: `skipped: ${stripControl(outcome.because.text)}`, style: 'warning'}
  }
}

/** A few words about a success, by what was found out. */
function factsOf(reading: Reading): string {
  const {ping, dns, tls, http, websocket} = reading
  if (http) return statusLine(http)
  if (websocket) return webSocketWords(websocket)
  if (ping) return pingWords(ping)
  if (dns) return `${dns.rcode}  ${dns.answers.join(', ') || 'no answers'}`
  if (tls) {
    const days = tls.days_left === null ? '' : `${plural(tls.days_left, 'day')} left`
    return [tls.version, tls.cipher, days].filter((part) => part !== null && part !== '').join('  ')
  }
  return transportWords(reading)
}
