/** A fault as one or two lines: its band on the time axis, then asked against measured. */
import type {Proof} from '../core/fault-events.ts'
import type {Millis} from '../core/units.ts'
import {displayWidth} from '../core/width.ts'
import {CURSOR_WIDTH, type Columns} from './columns.ts'
import {renderAxis, renderFaultBar} from './fault-bar.ts'
import type {FaultView} from './fault-view.ts'
import {formatCountdown} from './formats.ts'
import type {Glyphs} from './glyphs.ts'
import {type Line, type Span, type SpanTone, cell, cutLine, span} from './spans.ts'
import type {CellText, RowContext} from './target-row.ts'

export function renderFaultHead({columns, axis, now, glyphs}: RowContext): Line {
  const left = columns.chartAt - CURSOR_WIDTH
  return [
    span(' '.repeat(CURSOR_WIDTH)),
    cell('FAULT', left, {ellipsis: glyphs.ellipsis, tone: 'dim'}),
    ...renderAxis(axis, now, glyphs),
  ]
}

export function renderFaultRow(fault: FaultView, context: RowContext): Line {
  const {columns, axis, now, glyphs} = context
  const gap = span(' '.repeat(columns.gap))
  const fit = (text: string, width: number, tone: SpanTone): Span =>
    cell(text, width, {ellipsis: glyphs.ellipsis, tone})
  const status = statusOf(fault, now, columns.isShort, glyphs)
  const middle = middleWidth(columns)
  return [
    span(' '.repeat(CURSOR_WIDTH)),
    fit(fault.name, columns.name, 'plain'),
    gap,
    fit(status.text, columns.state, status.tone),
    gap,
    ...(middle > 0 ? renderMiddle(fault, middle, context) : []),
    ...renderFaultBar(fault, axis, now, glyphs),
  ]
}

function middleWidth(columns: Columns): number {
  return columns.chartAt - CURSOR_WIDTH - columns.name - columns.state - 2 * columns.gap
}

function summaryWidth(columns: Columns): number {
  return middleWidth(columns) - columns.last - 2 * columns.gap
}

/** The time left where `LAST` is, then what the fault does; a gap before the chart. */
function renderMiddle(fault: FaultView, width: number, {columns, now, glyphs}: RowContext): Line {
  const time = timeOf(fault, now)
  const first = columns.last
  const rest = summaryWidth(columns)
  const options = {ellipsis: glyphs.ellipsis}
  if (rest < 8) return [cell(time, width - columns.gap, options), span(' '.repeat(columns.gap))]
  return [
    cell(time, first, options),
    span(' '.repeat(columns.gap)),
    cell(fault.summary, rest, {...options, tone: 'dim'}),
    span(' '.repeat(columns.gap)),
  ]
}

/** Asked against measured in one line; the proofs that don't agree come first. */
export function renderProofLine(fault: FaultView, {columns, glyphs}: RowContext): Line {
  const indent = CURSOR_WIDTH + (columns.isShort ? 2 : columns.name + columns.gap)
  const width = columns.total - 1 - indent
  return [
    span(' '.repeat(indent)),
    ...cutLine(describeProofs(fault, columns, glyphs), width, glyphs.ellipsis),
  ]
}

function describeProofs(fault: FaultView, columns: Columns, glyphs: Glyphs): Line {
  if (fault.status === 'failed') return [span(fault.because, 'bad')]
  if (fault.restored === false) return [span('the state from before is NOT back', 'bad')]
  if (fault.proofs.length === 0) {
    const isCut = displayWidth(fault.summary) > summaryWidth(columns)
    const parts = [isCut ? fault.summary : '', fault.backend, 'not measured yet'].filter(
      (part) => part !== '',
    )
    return [span(parts.join(` ${glyphs.bullet} `), 'dim')]
  }
  const agree = fault.proofs.filter((proof) => proof.verdict === 'verified')
  const differ = fault.proofs.filter((proof) => proof.verdict !== 'verified')
  const all = differ.length === 0
  const count = span(
    `${all ? glyphs.good : glyphs.bad} ${agree.length} of ${fault.proofs.length} proven`,
    all ? 'good' : 'bad',
  )
  return [count, ...[...differ, ...agree].flatMap((proof) => describeProof(proof, glyphs))]
}

function describeProof(proof: Proof, glyphs: Glyphs): Line {
  const tone: SpanTone = proof.verdict === 'verified' ? 'dim' : 'bad'
  return [
    span(`  ${glyphs.bullet} `, 'dim'),
    span(`${proof.what}: asked ${proof.asked}, measured `, 'dim'),
    span(proof.measured, tone),
    ...(proof.verdict === 'verified' ? [] : [span(` (${proof.verdict.replaceAll('-', ' ')})`, 'bad')]),
  ]
}

function statusOf(fault: FaultView, now: Millis, isShort: boolean, glyphs: Glyphs): CellText {
  const word = (sign: string, long: string, short: string): string => `${sign} ${isShort ? short : long}`
  switch (fault.status) {
    case 'planned':
      return {text: word(glyphs.pending, 'planned', clip(fault.from - now)), tone: 'dim'}
    case 'in-force':
      return {text: word(glyphs.current, 'in force', clip(fault.until - now)), tone: 'fault'}
    case 'removed':
      return fault.restored === false
        ? {text: word(glyphs.bad, 'LEFTOVERS', 'LEFT'), tone: 'bad'}
        : {text: word(glyphs.done, 'removed', 'over'), tone: 'plain'}
    case 'failed':
      return {text: word(glyphs.bad, 'failed', 'failed'), tone: 'bad'}
  }
}

function timeOf(fault: FaultView, now: Millis): string {
  switch (fault.status) {
    case 'planned':
      return fault.from > now ? `in ${formatCountdown(fault.from - now)}` : ''
    case 'in-force':
      return fault.until > now ? `${formatCountdown(fault.until - now)} left` : 'ends now'
    case 'removed':
      return fault.because === 'ended' ? '' : fault.because
    case 'failed':
      return ''
  }
}

function clip(left: Millis): string {
  return left > 0 ? formatCountdown(left) : 'now'
}
