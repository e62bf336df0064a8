/** A row of the target table as text. */
import type {Millis} from '../core/units.ts'
import {COLUMN_ORDER, CURSOR_WIDTH, type Columns, type OptionalColumn} from './columns.ts'
import {formatAge, formatCountdown, formatLoss, formatRtt} from './formats.ts'
import {type Glyphs, STATE_LOOKS} from './glyphs.ts'
import {recentStatistics} from './recent.ts'
import {renderSparkline} from './sparkline.ts'
import {type Line, type Span, type SpanTone, cell, span} from './spans.ts'
import type {TargetView} from './target-view.ts'
import type {TimeAxis} from './time-axis.ts'

export interface RowContext {
  readonly columns: Columns
  readonly axis: TimeAxis
  readonly now: Millis
  readonly glyphs: Glyphs
}

export interface CellText {
  readonly text: string
  readonly tone: SpanTone
}

const HEADS: Readonly<Record<OptionalColumn, string>> = {
  last: 'LAST',
  next: 'NEXT TRY',
  loss: 'LOSS',
  p50: 'P50',
  p95: 'P95',
  since: 'FOR',
}

/** `right` is shown at the end of the line, over the chart. */
export function renderTargetHead(context: RowContext, left: string, right: Line): Line {
  const {columns, glyphs} = context
  const gap = span(' '.repeat(columns.gap))
  const head = (text: string, width: number, align: 'left' | 'right' = 'left'): Span =>
    cell(text, width, {ellipsis: glyphs.ellipsis, tone: 'dim', align})
  const optional = COLUMN_ORDER.filter((column) => columns[column] > 0)
  return [
    span(' '.repeat(CURSOR_WIDTH)),
    head(left, columns.name),
    gap,
    head('STATE', columns.state),
    gap,
    ...optional.flatMap((column) => [head(HEADS[column], columns[column], alignOf(column)), gap]),
    ...right,
  ]
}

export function renderTargetRow(target: TargetView, isSelected: boolean, context: RowContext): Line {
  const {columns, axis, now, glyphs} = context
  const gap = span(' '.repeat(columns.gap))
  const look = STATE_LOOKS[target.state]
  const state = `${glyphs[look.sign]} ${columns.isShort ? look.short : target.state}`
  const role = target.info?.role === 'control'
  const fit = (text: string, width: number, tone: SpanTone, align: 'left' | 'right' = 'left'): Span =>
    cell(text, width, {ellipsis: glyphs.ellipsis, tone, align})
  const optional = COLUMN_ORDER.filter((column) => columns[column] > 0)
  return [
    isSelected ? span(` ${glyphs.cursor} `, 'accent') : span(' '.repeat(CURSOR_WIDTH)),
    fit(target.name, columns.name, isSelected ? 'strong' : role ? 'dim' : 'plain'),
    gap,
    fit(state, columns.state, look.tone),
    gap,
    ...optional.flatMap((column) => {
      const {text, tone} = cellOf(column, target, context)
      return [fit(text, columns[column], tone, alignOf(column)), gap]
    }),
    ...renderSparkline(target.history, axis, {hold: target.info?.interval ?? 1000, now, glyphs}),
  ]
}

function cellOf(column: OptionalColumn, target: TargetView, {now, glyphs}: RowContext): CellText {
  const none: CellText = {text: glyphs.dash, tone: 'dim'}
  const {rtt, loss, sent} = recentStatistics(target.recent)
  switch (column) {
    case 'last':
      return lastResult(target, none)
    case 'next':
      return nextAttempt(target, now) ?? {text: '', tone: 'dim'}
    case 'loss':
      return sent === 0 ? none : {text: formatLoss(loss), tone: loss > 0 ? 'warning' : 'plain'}
    case 'p50':
      return rtt ? {text: formatRtt(rtt.p50), tone: 'plain'} : none
    case 'p95':
      return rtt ? {text: formatRtt(rtt.p95), tone: 'plain'} : none
    case 'since':
      return {text: formatAge(now - target.since), tone: 'dim'}
  }
}

function lastResult(target: TargetView, none: CellText): CellText {
  switch (target.last?.status) {
    case undefined:
      return none
    case 'ok':
      return {text: formatRtt(target.last.rtt), tone: 'plain'}
    case 'failed':
      return {text: target.last.code, tone: 'bad'}
    case 'skipped':
      return {text: target.last.text, tone: 'dim'}
  }
}

/** `#3 in 2.1s`, and `#3 now` while it runs. */
export function nextAttempt(target: TargetView, now: Millis): CellText | null {
  if (!target.next) return null
  const left = target.next.due - now
  const when = left > 0 ? `in ${formatCountdown(left)}` : 'now'
  return {text: `#${target.next.attempt} ${when}`, tone: 'warning'}
}

function alignOf(column: OptionalColumn): 'left' | 'right' {
  return column === 'last' || column === 'next' ? 'left' : 'right'
}
