/** Everything that is known about one target. */
import type {DetectionTime} from '../core/health.ts'
import type {RttStatistics} from '../core/statistics.ts'
import {show} from '../core/show.ts'
import {type Millis, formatDuration, formatStamp} from '../core/units.ts'
import {formatAge, formatLoss, formatRtt} from './formats.ts'
import {type Glyphs, STATE_LOOKS} from './glyphs.ts'
import {RECENT_WINDOW, recentStatistics} from './recent.ts'
import {renderSparkline} from './sparkline.ts'
import {renderMptcp} from './mptcp-lines.ts'
import {type Line, cutLine, span} from './spans.ts'
import {nextAttempt} from './target-row.ts'
import type {FailureStreak, FinishedAttempt, TargetView} from './target-view.ts'
import {planTimeAxis} from './time-axis.ts'

export interface DetailOptions {
  readonly width: number
  readonly rows: number
  readonly now: Millis
  /** The part of the run that the sparkline shows. */
  readonly start: Millis
  readonly end: Millis
  readonly glyphs: Glyphs
}

/** At most `rows` lines of at most `width` columns; the most important ones come first. */
export function renderDetail(target: TargetView, options: DetailOptions): readonly Line[] {
  const {glyphs, width, rows, now, end} = options
  const axis = planTimeAxis(options.start, Math.max(end, now), Math.max(1, width - 4))
  const hold = target.info?.interval ?? 1000
  const blank: Line = []
  const lines: readonly Line[] = [
    [span('   '), span(target.name, 'strong'), span(`  ${describeTarget(target)}`, 'dim')],
    renderState(target, now, glyphs),
    [span('   '), ...renderSparkline(target.history, axis, {hold, now, glyphs})],
    blank,
    ...renderFigures(target),
    ...renderMptcp(target.mptcp, now, glyphs),
    blank,
    ...renderFailures(target.failures, glyphs),
    blank,
    ...renderAttempts(target.attempts, glyphs),
  ]
  return lines.slice(0, Math.max(0, rows)).map((line) => cutLine(line, width - 1, glyphs.ellipsis))
}

function describeTarget({info}: TargetView): string {
  if (!info) return ''
  const role = info.role === 'control' ? 'control, ' : ''
  const policy = info.policy === null ? '' : `, policy ${info.policy}`
  const every = `every ${formatDuration(info.interval)}, timeout ${formatDuration(info.timeout)}`
  const found = info.detection ? `, a silent loss is found within ${worst(info.detection)}` : ''
  return show(`${info.url}  ${role}${every}${policy}${found}`)
}

function worst(detection: DetectionTime): string {
  return formatDuration(Math.round(detection.worst))
}

function renderState(target: TargetView, now: Millis, glyphs: Glyphs): Line {
  const look = STATE_LOOKS[target.state]
  const next = nextAttempt(target, now)
  return [
    span('   '),
    span(`${glyphs[look.sign]} ${target.state}`, look.tone),
    span(` for ${formatAge(now - target.since)}`),
    ...(next ? [span(`  try ${next.text}`, next.tone)] : []),
    span(target.because === '' ? '' : `  ${show(target.because)}`, 'dim'),
  ]
}

function renderFigures(target: TargetView): readonly Line[] {
  const {rtt, loss, sent} = recentStatistics(target.recent)
  const all = target.sent === 0 ? 0 : target.failed / target.sent
  const window = `last ${formatDuration(RECENT_WINDOW)}`
  return [
    [
      label('samples'),
      span(`${target.sent} sent, ${target.failed} failed, ${target.skipped} skipped`),
      span(target.extra === 0 ? '' : `, ${target.extra} extra replies`),
      span(`  loss ${formatLoss(all)}`, target.failed > 0 ? 'warning' : 'plain'),
      span(sent === 0 ? '' : `, ${window} ${formatLoss(loss)}`),
    ],
    [label('rtt'), ...(rtt ? renderRtt(rtt) : [span('none yet', 'dim')])],
  ]
}

function renderRtt(rtt: RttStatistics): Line {
  const figure = (name: string, value: Millis): Line => [
    span(`${name} `, 'dim'),
    span(`${formatRtt(value)}  `),
  ]
  return [
    ...figure('p50', rtt.p50),
    ...figure('p95', rtt.p95),
    ...figure('p99', rtt.p99),
    ...figure('min', rtt.min),
    ...figure('max', rtt.max),
    ...figure('jitter', rtt.jitter),
  ]
}

function renderFailures(failures: readonly FailureStreak[], glyphs: Glyphs): readonly Line[] {
  if (failures.length === 0) return [[label('failures'), span('none', 'dim')]]
  return failures.toReversed().flatMap((streak, index): readonly Line[] => {
    const {failure, first, count} = streak
    const advice = index === 0 ? failure.advice.slice(0, 3) : []
    return [
      [
        label(index === 0 ? 'failures' : ''),
        span(formatStamp(first), 'dim'),
        span(` ${failure.code}`, 'bad'),
        span(count > 1 ? ` (${count} in a row)` : '', 'plain'),
        span(`  ${show(failure.message)}`),
      ],
      ...advice.map((text): Line => [label(''), span(`${glyphs.arrow} ${show(text)}`, 'accent')]),
    ]
  })
}

function renderAttempts(attempts: readonly FinishedAttempt[], glyphs: Glyphs): readonly Line[] {
  if (attempts.length === 0) return [[label('attempts'), span('none', 'dim')]]
  return attempts
    .toReversed()
    .map(({at, attempt, phase, took, failure}, index): Line => [
      label(index === 0 ? 'attempts' : ''),
      span(formatStamp(at), 'dim'),
      span(` #${attempt} ${show(phase)} `),
      failure ? span(`${glyphs.bad} ${failure.code}`, 'bad') : span(`${glyphs.good} connected`, 'good'),
      span(` after ${formatDuration(took)}`, 'dim'),
    ])
}

function label(text: string): Line[number] {
  return span(`   ${text.padEnd(10)}`, 'dim')
}
