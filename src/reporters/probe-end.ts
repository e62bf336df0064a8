/** The end of a probe: figures, facts, expectations, and a failure explained. */
import type {HttpFacts, TurnFacts} from '../core/facts.ts'
import type {AddressOutcome, Phases} from '../core/outcome.ts'
import type {ExpectationResult, ProbeResult} from '../core/probe-result.ts'
import {FAILURES, isFailureCode} from '../core/codes/index.ts'
import {stripControl} from '../core/text.ts'
import {formatDuration, formatPercent} from '../core/units.ts'
import {renderDns} from './probe-facts.ts'
import {renderPing} from './probe-ping.ts'
import {renderDialogue, renderMptcp, renderStun, renderTurn, renderUdp} from './probe-transports.ts'
import {renderHttp} from './probe-http.ts'
import {
  BLAMED,
  LABEL_WIDTH,
  type TextOptions,
  formatMs,
  formatRtt,
  plural,
  renderEntries,
  renderEntry,
} from './probe-text.ts'
import {renderTls} from './probe-tls.ts'
import {renderWebSocket} from './probe-websocket.ts'

export interface EndOptions extends TextOptions {
  readonly quiet: boolean
  readonly verbose: boolean
}

/** Blocks with an empty line between them. */
export function renderProbeEnd(result: ProbeResult, options: EndOptions): string[] {
  const blocks = [
    renderFigures(result, options),
    options.quiet ? [] : renderFacts(result, options),
    renderExpectations(result.expectations, options),
    renderVerdict(result, options),
  ].filter((block) => block.length > 0)
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]))
}

function renderFigures(result: ProbeResult, options: EndOptions): string[] {
  const {rtt, sent} = result
  if (sent === 0) return []
  // HTTP shows them as bars, among its facts.
  const bars = result.http && renderFacts(result, options).length > 0 && !options.quiet
  const phases = bars ? null : renderPhases(result.phase)
  const tellPhases = phases === null ? [] : renderEntry('phases', phases, options)
  const method = renderMethod(result, options)
  if (sent === 1 && result.missed === 0) {
    const addresses = result.failure ? [] : renderAddresses(result.addresses, options)
    return options.quiet ? [] : titled(result, [...tellPhases, ...method, ...addresses], options)
  }
  const lines = [...renderEntry('samples', countsText(result), options), ...figuresOf(rtt, options)]
  const codes = Object.entries(result.failures).map(([code, count]) => `${code} ${count}×`)
  lines.push(...renderPacing(result, options))
  if (codes.length > 0) lines.push(...renderEntry('failures', codes.join(', '), options, 'bad'))
  return titled(result, [...lines, ...tellPhases, ...method], options)
}

function titled(result: ProbeResult, lines: readonly string[], {style}: EndOptions): string[] {
  return lines.length === 0 ? [] : [style('strong', stripControl(result.target)), ...lines]
}

function figuresOf(rtt: ProbeResult['rtt'], options: EndOptions): string[] {
  if (!rtt) return []
  const {min, avg, max, stddev, jitter} = rtt
  const first = {min, avg, max, stddev, jitter}
  const {p50, p90, p95, p99} = rtt
  const text = (figures: Readonly<Record<string, number>>): string =>
    Object.entries(figures)
      .map(([name, value]) => `${name} ${formatMs(value)}`)
      .join('  ')
  return renderEntries('rtt ms', [text(first), text({p50, p90, p95, p99})], options)
}

/** Less is what any busy machine does. */
const TELLING_LAG = 10

/** What this process itself was late for. */
function renderPacing({loop_lag_max: lag, ping}: ProbeResult, options: EndOptions): string[] {
  if (lag < TELLING_LAG) return []
  const stamped = ping?.clock === 'kernel' ? "; the kernel's time stamps are right all the same" : ''
  const text = `netdrill itself ran up to ${formatDuration(Math.round(lag))} late${stamped}`
  return renderEntry('pacing', text, options, 'warning')
}

function countsText(result: ProbeResult): string {
  const {sent, received, loss, duplicates, late, missed, skipped, reorder, attempts, flaky} = result
  const {lost_in_a_row, outage} = result
  return [
    `${sent} sent, ${received} received, ${formatPercent(loss)} lost`,
    duplicates > 0 ? plural(duplicates, 'duplicate') : '',
    lost_in_a_row > 1 ? `${lost_in_a_row} in a row (${formatDuration(outage)})` : '',
    late > 0 ? `${late} late` : '',
    reorder > 0 ? `${formatPercent(reorder)} reordered` : '',
    missed > 0 ? `${plural(missed, 'slot')} missed` : '',
    skipped > 0 ? `${skipped} skipped` : '',
    attempts > 1 ? `up to ${attempts} attempts${flaky ? ' (flaky)' : ''}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ')
    .concat(` in ${formatDuration(result.duration)}`)
}

/** How it was measured, and what beside round trips. */
function renderMethod(result: ProbeResult, options: EndOptions): string[] {
  const path = result.ping ? renderPing(result.ping, options) : []
  return result.method === null ? path : [...path, ...renderEntry('method', methodText(result), options)]
}

function methodText({method, ping}: ProbeResult): string {
  const clock =
    ping?.clock === undefined ? '' : `, time stamps by the ${ping.clock === 'kernel' ? 'kernel' : 'program'}`
  return `${method ?? ''}${clock}`
}

/** `resolve 1.2 + connect 0.3 = 1.5 ms`; null when there is only one step. */
function renderPhases(phase: Phases): string | null {
  const steps = Object.entries(phase).filter(([name]) => name !== 'total')
  if (steps.length < 2) return null
  const sum = steps.map(([name, ms]) => `${name} ${formatMs(ms)}`).join(' + ')
  return phase.total === undefined ? `${sum} ms` : `${sum} = ${formatRtt(phase.total)}`
}

function renderFacts(result: ProbeResult, options: EndOptions): string[] {
  if (result.sent > 1 && !options.verbose && result.ok) return []
  if (result.http) return renderHttpFacts(result, result.http, options)
  if (result.turn) return renderTurned(result, result.turn, options)
  if (result.tls || result.websocket) return renderSecured(result, options)
  return result.dns ? renderDns(result.dns, options) : renderTransport(result, options)
}

/** Over TLS the certificate is of interest when something is wrong with it. */
function renderTurned(result: ProbeResult, turn: TurnFacts, options: EndOptions): string[] {
  const {tls} = result
  const certificate = tls && (options.verbose || !tls.trusted) ? ['', ...renderTls(tls, options)] : []
  return [...renderTurn(turn, options), ...certificate]
}

function renderTransport({mptcp, stun, udp, tcp}: ProbeResult, options: EndOptions): string[] {
  if (mptcp) return renderMptcp(mptcp, options)
  if (stun) return renderStun(stun, options)
  if (udp) return renderUdp(udp, options)
  return tcp?.dialogue ? renderDialogue(tcp.dialogue, options) : []
}

/** The certificate is what the run was about only when something is wrong with it. */
function renderHttpFacts(result: ProbeResult, http: HttpFacts, options: EndOptions): string[] {
  const {tls} = result
  const certificate = tls && (options.verbose || !tls.trusted) ? ['', ...renderTls(tls, options)] : []
  return [...renderHttp(http, result.phase, options), ...certificate]
}

function renderExpectations(expectations: readonly ExpectationResult[], {style}: EndOptions): string[] {
  return expectations.map(({met, text}) => {
    const word = met === true ? style('good', 'met    ') : style('bad', met === null ? 'unknown' : 'NOT met')
    return `${word} ${stripControl(text)}`
  })
}

function renderVerdict(result: ProbeResult, options: EndOptions): string[] {
  const {style} = options
  const {failure, skip} = result
  if (result.verdict === 'skipped') {
    const {text = 'no sample was taken', advice = []} = skip ?? {}
    const lines = [
      ...renderEntry('seen', stripControl(text), options),
      ...renderEntries('next', advice, options),
    ]
    return [style('warning', 'NOT MEASURED'), ...lines]
  }
  const interrupted = result.interrupted ? [style('warning', 'interrupted')] : []
  if (result.verdict === 'pass' || !failure) return [...interrupted, ...flakyText(result, options)]
  const title = isFailureCode(failure.code) ? FAILURES[failure.code].title : ''
  const where = `stage ${failure.stage}, category ${failure.category}.${failure.detail}`
  return [
    ...interrupted,
    `${style('bad', 'FAILED')}  ${style('strong', failure.code)}: ${title}`,
    ...renderEntry('seen', stripControl(failure.message), options),
    ...renderEntry('where', where, options),
    ...renderEntry('cause', `most likely ${BLAMED[failure.blame]}`, options),
    ...renderAddresses(result.addresses, options),
    ...renderEntries('next', failure.advice, options),
    ...renderEntry('more', `netdrill explain ${failure.code}`, options, 'accent'),
  ]
}

function flakyText({flaky, attempts}: ProbeResult, {style}: EndOptions): string[] {
  return flaky ? [style('warning', `flaky: succeeded only after ${plural(attempts, 'attempt')}`)] : []
}

/** When each attempt began, and what became of it; one address is told elsewhere already. */
function renderAddresses(addresses: readonly AddressOutcome[], options: EndOptions): string[] {
  if (addresses.length < 2) return []
  const width = Math.max(...addresses.map(({address}) => address.length))
  const starts = addresses.map(({startedAfter: at}) => (at === undefined ? '' : `+${formatMs(at)} ms`))
  const column = Math.max(...starts.map((text) => text.length))
  return addresses.map((each, index) => {
    const label = index === 0 ? 'addresses' : ''
    const start = column === 0 ? '' : `${(starts[index] ?? '').padStart(column)}  `
    const text = `${each.address.padEnd(width)}  ${start}${addressText(each)}`
    return `  ${options.style('dim', label.padEnd(LABEL_WIDTH))} ${text}`
  })
}

function addressText({status, took, failure}: AddressOutcome): string {
  const after = took === undefined ? '' : ` after ${formatRtt(took)}`
  switch (status) {
    case 'ok':
      return `ok${after}`
    case 'failed':
      return `${failure?.code ?? 'failed'}${after}`
    case 'not-tried':
      return 'not tried'
    case 'cancelled':
      return `cancelled${after}`
  }
}

function renderSecured({tls, websocket}: ProbeResult, options: EndOptions): string[] {
  if (!websocket) return tls ? renderTls(tls, options) : []
  const certificate = tls && (options.verbose || !tls.trusted) ? ['', ...renderTls(tls, options)] : []
  return [...renderWebSocket(websocket, options), ...certificate]
}
