/** What stays on the screen when a watch has ended: every target with its figures, the troubled ones first. */
import {show} from '../core/show.ts'
import {formatDuration} from '../core/units.ts'
import {type MonitorFacts, type MonitoredTarget, isDown} from './monitor-facts.ts'
import {type StyleName, chooseStyle} from './style.ts'
import {type TextCell, renderTextTable} from './text-table.ts'

export interface MonitorSummaryOptions {
  readonly width: number
  readonly color: boolean
  readonly unicode: boolean
}

const NARROWEST = 40
/** Less is what any busy machine does, and changes no figure that is shown. */
const TELLING_LAG = 10
/** A screen holds no more; the others are counted. */
const MOST_ROWS = 40

/** Ends with a line break; empty when no target was watched. */
export function renderMonitorSummary(facts: MonitorFacts, options: MonitorSummaryOptions): string {
  const style = chooseStyle(options.color)
  const width = Math.max(NARROWEST, options.width)
  const all = facts.targets().toSorted((a, b) => trouble(b) - trouble(a))
  if (all.length === 0) return ''
  const shown = all.slice(0, MOST_ROWS)
  const head = ['TARGET', 'STATE', 'ANSWERED', 'P50', 'P95', 'DOWN', 'LAST FAILURE']
  const table = renderTextTable(
    [
      head.map((text): TextCell => ({text, style: 'dim'})),
      ...shown.map((target) => renderTarget(target, facts.at)),
    ],
    width,
    style,
  )
  const hidden = all.length - shown.length
  const gaps =
    facts.gaps > 0 ? [`not observed for ${formatDuration(facts.gaps)}; that time counts nowhere`] : []
  const lines = [
    style(
      'strong',
      `watched ${countOf(all.length)} for ${formatDuration(Math.round(facts.at))}: ${tally(all)}`,
    ),
    ...gaps,
    ...renderPacing(facts, all),
    '',
    ...table,
    ...(hidden > 0 ? [style('dim', `and ${hidden} more, all of them in less trouble`)] : []),
  ]
  const text = `${lines.join('\n')}\n`
  return options.unicode ? text : text.replaceAll('–', '-')
}

/** What the watch itself was late for; nothing when it kept its pace. */
function renderPacing({longestLag}: MonitorFacts, all: readonly MonitoredTarget[]): string[] {
  const missed = all.reduce((sum, target) => sum + target.missed, 0)
  const parts = [
    missed > 0 ? `${missed} slot${missed === 1 ? '' : 's'} missed` : '',
    longestLag >= TELLING_LAG
      ? `netdrill itself ran up to ${formatDuration(Math.round(longestLag))} late`
      : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? [] : [parts.join(', ')]
}

const countOf = (count: number): string => `${count} target${count === 1 ? '' : 's'}`

function tally(all: readonly MonitoredTarget[]): string {
  const down = all.filter(({state}) => isDown(state)).length
  const troubled = all.filter(({outages}) => outages > 0).length
  if (down > 0) return `${down} down at the end`
  return troubled > 0 ? `all up at the end, ${troubled} had an outage` : 'no outage'
}

function trouble({state, downSince, down, failed}: MonitoredTarget): number {
  return (isDown(state) || downSince !== null ? 1e12 : 0) + down * 1e3 + failed
}

function renderTarget(target: MonitoredTarget, now: number): readonly TextCell[] {
  const {rtt, ok, failed, downSince, lastFailure} = target
  const cell = (text: string, style: StyleName = 'plain'): TextCell => ({text, style})
  const share = ok + failed === 0 ? '–' : percent(ok / (ok + failed))
  const down = target.down + (downSince === null ? 0 : now - downSince)
  return [
    cell(show(target.name), 'strong'),
    cell(target.state, isDown(target.state) ? 'bad' : target.state === 'connected' ? 'good' : 'warning'),
    cell(share, failed > 0 ? 'warning' : 'plain'),
    ...[rtt.percentile(50), rtt.percentile(95)].map((value) => cell(millis(value))),
    cell(renderDown(down, target.outages), target.outages > 0 ? 'bad' : 'plain'),
    cell(lastFailure?.code ?? '–', lastFailure ? 'warning' : 'plain'),
  ]
}

/** `6.98s`, or with several outages `6.98s in 3`. */
function renderDown(down: number, outages: number): string {
  if (outages === 0) return '–'
  const time = formatDuration(Math.round(down))
  return outages === 1 ? time : `${time} in ${outages}`
}

/** Never rounded up to 100 %: one lost sample of a thousand has to show. */
function percent(share: number): string {
  return share === 1 ? '100%' : `${(Math.floor(share * 10_000) / 100).toFixed(2)}%`
}

function millis(value: number | null): string {
  if (value === null) return '–'
  return value < 10 ? `${value.toFixed(2)}ms` : `${value < 100 ? value.toFixed(1) : value.toFixed(0)}ms`
}
