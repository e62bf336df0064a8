/** A check as Markdown: for job summaries and merge requests. */
import type {CheckResult, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import {formatDuration} from '../../core/units.ts'
import {formatRtt} from '../probe-text.ts'
import {
  type CheckWord,
  countsText,
  flakyText,
  groupText,
  groupWordOf,
  placeText,
  reasonText,
  timeOf,
  titleOf,
  wordOf,
} from './texts.ts'

const SYMBOLS: Readonly<Record<CheckWord, string>> = {
  pass: '✅ pass',
  flaky: '⚠️ flaky',
  FAIL: '❌ fail',
  down: '🔻 down',
  skip: '⏭️ not measured',
  stop: '⏹️ interrupted',
}

export function renderMarkdown(result: CheckResult): string {
  const {verdict, counts, duration, targets, groups} = result
  const failed = [...targets, ...groups].filter((target) => target.verdict === 'fail')
  const lines = [
    `## netdrill check: ${verdict}`,
    '',
    `${escapeMarkdown(titleOf(result))}: ${countsText(counts)}, in ${formatDuration(duration)}.`,
    '',
    '| | target | time | address | what was seen |',
    '|---|---|--:|---|---|',
    ...targets.map(row),
    ...groupTable(groups),
    ...failed.flatMap((each) => detail(each)),
  ]
  return `${lines.join('\n')}\n`
}

function row(target: CheckedTarget): string {
  const time = timeOf(target)
  const seen = target.flaky ? flakyText(target) : reasonText(target)
  const cells = [
    SYMBOLS[wordOf(target)],
    escapeMarkdown(target.name),
    time === null ? '' : formatRtt(time),
    escapeMarkdown(target.url),
    escapeMarkdown(seen),
  ]
  return `| ${cells.join(' | ')} |`
}

function groupTable(groups: readonly CheckedGroup[]): string[] {
  if (groups.length === 0) return []
  const rows = groups.map((group) => {
    const members = group.members.map(escapeMarkdown).join(', ')
    const cells = [SYMBOLS[groupWordOf(group)], escapeMarkdown(group.name), members]
    return `| ${[...cells, escapeMarkdown(groupText(group))].join(' | ')} |`
  })
  return ['', '| | group | members | what was seen |', '|---|---|---|---|', ...rows]
}

function detail(target: CheckedTarget | CheckedGroup): string[] {
  const {reason} = target
  if (reason === null) return []
  const {expectations = [], attempts = 1} = 'attempts' in target ? target : {}
  const unmet = expectations.filter(({met}) => met !== true)
  const tries = attempts > 1 ? [`- after ${attempts} attempts`] : []
  return [
    '',
    `### ${escapeMarkdown(target.name)}: ${reason.code}`,
    '',
    `${escapeMarkdown(reason.text)} (${escapeMarkdown(placeText(reason.place))})`,
    '',
    ...unmet.map(({text}) => `- not met: ${escapeMarkdown(text)}`),
    ...tries,
    ...reason.advice.map((text) => `- next: ${escapeMarkdown(text)}`),
  ]
}

/** No text from a document or the network becomes markup, a link or another cell. */
function escapeMarkdown(text: string): string {
  return stripControl(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|~#]/g, (letter) => `\\${letter}`)
    .replace(/\b(https?|ftp):\/\//gi, '$1:&#8203;//')
    .replaceAll('@', '&#64;')
}
