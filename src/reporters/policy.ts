/** Policies as text and as JSON. */
import {stripControl} from '../core/text.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import type {ListedPolicy, PolicyView} from './policy-view.ts'

export function renderPolicyList(policies: readonly ListedPolicy[], verbose: boolean): string {
  const width = Math.max(0, ...policies.map((policy) => policy.name.length))
  const lines = policies.flatMap(({name, summary, source}) => [
    `${name.padEnd(width)}  ${summary}`,
    ...(verbose ? [`${' '.repeat(width)}  from ${source}`] : []),
  ])
  return `${lines.join('\n')}\n`
}

/** Facts, then one line per attempt, then what follows the last one; with `verbose` every setting and its origin. */
export function renderPolicy(view: PolicyView, verbose: boolean): string {
  const width = Math.max(...view.facts.map(([label]) => label.length))
  const lines = [
    `policy ${view.name}${view.summary === null ? '' : `: ${stripControl(view.summary)}`}`,
    ...(view.source === null ? [] : [`figures from ${view.source}`]),
    '',
    ...view.facts.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`),
    '',
    `when every attempt fails ${view.duration === 0 ? 'at once' : `after ${formatDuration(view.duration)}`}:`,
    ...indent(table(scheduleCells(view))),
    `  ${renderEnd(view)}`,
    ...(verbose ? ['', 'settings and where they come from:', ...indent(table(settingCells(view)))] : []),
  ]
  return `${lines.join('\n')}\n`
}

export function policyListJson(policies: readonly ListedPolicy[]): string {
  return JSON.stringify({schema: 'netdrill/policy/1', policies}, null, 2)
}

/** One policy is the document itself; several are in `policies`. All times are milliseconds. */
export function policyJson(views: readonly PolicyView[]): string {
  const documents = views.map(({name, summary, source, duration, schedule, settings}) => ({
    name,
    summary,
    source,
    settings,
    schedule: {attempt_duration: duration, rows: schedule.rows, end: schedule.end},
  }))
  const body = documents.length === 1 ? documents[0] : {policies: documents}
  return JSON.stringify({schema: 'netdrill/policy/1', ...body}, null, 2)
}

function scheduleCells({schedule}: PolicyView): readonly (readonly string[])[] {
  const head = ['attempt', 'phase', 'start', 'earliest', 'latest', 'wait before']
  const rows = schedule.rows.map((row) => [
    String(row.attempt),
    row.phase,
    seconds(row.start),
    seconds(row.earliest),
    seconds(row.latest),
    row.wait ? range(row.wait) : '-',
  ])
  return [head, ...rows]
}

function settingCells({settings}: PolicyView): readonly (readonly string[])[] {
  return settings.map(({key, value, origin}) => [key, settingText(key, value), origin])
}

function renderEnd({schedule: {end}}: PolicyView): string {
  switch (end.type) {
    case 'endless':
      return `then every ${range(end.every)} for ever (∞ attempts)`
    case 'exhausted':
      return `then exhausted after ${end.attempts} ${end.attempts === 1 ? 'attempt' : 'attempts'}`
    case 'deadline':
      return `then the deadline of ${formatDuration(end.deadline)} ends it`
    case 'cut':
      return `… and so on (${end.phase})`
  }
}

const TIME_KEYS = /(?:^|[._])(?:timeout|deadline|interval|time|open|window|ageing|max_retry_after)$/

function settingText(key: string, value: unknown): string {
  if (value === null) return '∞'
  if (typeof value === 'number') {
    if (key === 'max_attempts' && value === 0) return '0 (∞)'
    return TIME_KEYS.test(key) ? formatDuration(value) : String(value)
  }
  if (typeof value === 'object' && 'after_stable' in value) {
    return `after_stable ${formatDuration(Number(value.after_stable))}`
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Times of a schedule are compared with each other, so they all are seconds. */
function seconds(ms: Millis): string {
  return `${Number((ms / 1000).toFixed(3))}s`
}

function range({low, high}: {readonly low: Millis; readonly high: Millis}): string {
  return low === high ? precise(low) : `${precise(low)} to ${precise(high)}`
}

/** Nothing is rounded away below a minute. */
function precise(ms: Millis): string {
  return ms >= 1000 && ms < 60_000 ? seconds(ms) : formatDuration(ms)
}

/** Columns as wide as their widest cell; those that begin with a digit in all rows but the first go to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const columns = rows[0]?.map((_, column) => rows.map((row) => row[column] ?? '')) ?? []
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)))
  const right = columns.map(
    (cells) => cells.length > 1 && cells.slice(1).every((cell) => /^\d+(\.\d+)?s?$/.test(cell)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) =>
        right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}
