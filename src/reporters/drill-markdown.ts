/** A drill as GitHub-flavoured Markdown, for job summaries and pull requests. */
import {faultLabel} from '../core/fault-label.ts'
import {judgedLines} from './judged-lines.ts'
import {stripControl} from '../core/text.ts'
import {formatStamp} from '../core/units.ts'
import type {DrillReport} from './drill-report.ts'
import {describeRunFacts} from './drill-run-facts.ts'
import {speakVerdict} from './drill-verdict.ts'
import {formatFigure, tabulateFigures} from './drill-words.ts'

const SIGNS = {good: '✅', warn: '❔', bad: '❌'} as const
const MOST_HAPPENINGS = 20

/** Renders the report; every text of the journal is escaped. Ends with a line break. */
export function renderDrillMarkdown(report: DrillReport): string {
  const {word, meaning, tone, reasons} = speakVerdict(report)
  const title = report.facts.document.run?.title ?? 'drill'
  const blocks = [
    `## ${SIGNS[tone]} ${escapeMarkdown(title)}: ${word}`,
    `${capitalize(escapeMarkdown(meaning))}.`,
    list(reasons),
    ...section('Expectations', expectations(report)),
    ...section('Faults, asked and measured', proofs(report)),
    ...section('Figures', figures(report)),
    ...section('What happened', happenings(report)),
    ...section('The run', list(describeRunFacts(report).map(([name, value]) => `${name}: ${value}`))),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function expectations({facts}: DrillReport): string {
  return table(
    ['', 'expected', 'measured'],
    judgedLines(facts.document).map(({text, met, actual}) => [
      met === null ? '❔ not judged' : met ? '✅ met' : '❌ not met',
      text,
      actual,
    ]),
  )
}

function proofs({facts}: DrillReport): string {
  const rows = facts.document.faults.flatMap(({summary, applied, proofs: lines, ...fault}) => {
    const name = faultLabel(fault)
    return lines.length === 0
      ? [[name, summary, '–', '–', applied ? '❔ was not measured' : '❔ was never in force']]
      : lines.map(({what, asked, measured, verdict}) => {
          const sign = verdict === 'verified' ? '✅' : '❌'
          return [name, what, asked, measured, `${sign} ${verdict.replaceAll('-', ' ')}`]
        })
  })
  return table(['fault', 'what', 'asked', 'measured', ''], rows)
}

function figures({facts}: DrillReport): string {
  const {kinds, rows, notes} = tabulateFigures(facts.document.figures)
  const drawn = table(
    ['target', ...kinds],
    rows.map(({owner, cells}) => [owner, ...cells.map((figure) => (figure ? formatFigure(figure) : ''))]),
  )
  return [drawn, list(notes)].filter((part) => part !== '').join('\n\n')
}

function happenings({facts}: DrillReport): string {
  const left = facts.happenings.length - MOST_HAPPENINGS + facts.dropped
  return list([
    ...facts.happenings.slice(0, MOST_HAPPENINGS).map(({at, text}) => `${formatStamp(at)} ${text}`),
    ...(left > 0 ? [`and ${left} more in the journal`] : []),
  ])
}

function section(title: string, content: string): readonly string[] {
  return content === '' ? [] : [`### ${title}`, content]
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`
  return [line(heads), `|${heads.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')
}

/** Nothing in the text is markup, a link, an image or a mention any more; it stays on one line. */
export function escapeMarkdown(text: string): string {
  return stripControl(text)
    .toWellFormed()
    .replace(/[&<>@]/g, (letter) => `&#${letter.charCodeAt(0)};`)
    .replace(/[\\`*_{}[\]()#!|~$]/g, (letter) => `\\${letter}`)
    .replace(/^([+-]|\d+[.)])(?=\s)/, (lead) => `\\${lead}`)
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
