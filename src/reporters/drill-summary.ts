/** The closing summary of a drill: what happened, was the fault real, the figures, the verdict, what to do next. */
import {faultLabel} from '../core/fault-label.ts'
import {judgedLines} from './judged-lines.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Figure} from '../core/figures.ts'
import {show} from '../core/show.ts'
import {formatDuration, formatStamp} from '../core/units.ts'
import {wrapToWidth} from '../core/width.ts'
import type {DrillFacts, Happening} from './drill-facts.ts'
import {VERDICT_MEANINGS, formatFigure, tabulateFigures} from './drill-words.ts'
import {planNextSteps} from './next-steps.ts'
import {type Style, type StyleName, chooseStyle} from './style.ts'
import {type TextCell, renderTextTable} from './text-table.ts'

export {emptyDrillFacts, foldDrillFacts} from './drill-facts.ts'

export interface SummaryOptions {
  /** Columns to use; 80 where there is no terminal. */
  readonly width: number
  readonly color: boolean
  /** False replaces signs by ASCII. */
  readonly unicode: boolean
}

interface Page {
  readonly width: number
  readonly style: Style
}

const NARROWEST = 40
const MOST_HAPPENINGS = 10
const MOST_ROWS = 30

/**
 * Renders the summary of the facts folded by `foldDrillFacts`; ends with a line break. Works at any point of a run:
 * without a verdict it says that there is none.
 */
export function renderDrillSummary(facts: DrillFacts, options: SummaryOptions): string {
  const page: Page = {width: Math.max(NARROWEST, options.width), style: chooseStyle(options.color)}
  const sections = [
    renderTitle(facts, page),
    section('What happened', renderHappenings(facts, page), page),
    section('Faults, asked and measured', renderFaults(facts, page), page),
    section('Figures', renderFigures(facts.document.figures, page), page),
    section('Expectations', renderExpectations(facts, page), page),
    renderVerdict(facts, page),
    section(
      'Next',
      planNextSteps(facts).flatMap((step) => hang('  → ', show(step), page.width)),
      page,
    ),
    renderJournal(facts, page),
  ]
  const text = `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
  return options.unicode ? text : toAscii(text)
}

function renderTitle({document: {run, targets}}: DrillFacts, {style, width}: Page): readonly string[] {
  if (!run) return []
  const controls = targets.filter((target) => target.role === 'control').length
  const count = [
    plural(targets.length - controls, 'target'),
    ...(controls > 0 ? [plural(controls, 'control')] : []),
    `seed ${run.seed}`,
  ].join(', ')
  return [
    ...wrapToWidth(show(run.title), width).map((line) => style('strong', line)),
    ...wrapToWidth(show(`${count}, ${run.platform}`), width).map((line) => style('dim', line)),
    ...run.backends.flatMap((backend) => wrapToWidth(show(backend), width).map((line) => style('dim', line))),
  ]
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function section(title: string, lines: readonly string[], {style}: Page): readonly string[] {
  return lines.length === 0 ? [] : [style('strong', title), ...lines]
}

function renderHappenings(facts: DrillFacts, page: Page): readonly string[] {
  const chosen = chooseHappenings(facts.happenings)
  const left = facts.happenings.length - chosen.length + facts.dropped
  const lines = chosen.flatMap(({at, tone, text}) => {
    const stamp = `  ${formatStamp(at).padStart(8)}  `
    return hang(stamp, show(text), page.width).map((line, index) =>
      index === 0
        ? page.style('dim', stamp) + page.style(tone, line.slice(stamp.length))
        : page.style(tone, line),
    )
  })
  const more = left === 0 ? [] : [page.style('dim', `            and ${left} more in the journal`)]
  return [...lines, ...more, ...renderGaps(facts, page)]
}

/** One line for all: on a busy machine there are many. */
function renderGaps({gaps, missed}: DrillFacts, page: Page): readonly string[] {
  const parts = [
    ...(gaps.count > 0
      ? [
          `netdrill itself was not run in time ${plural(gaps.count, 'time')}, ${formatDuration(gaps.total)} in all`,
        ]
      : []),
    ...(missed > 0 ? [`${plural(missed, 'probe')} could not be sent in time`] : []),
  ]
  return parts.flatMap((part) =>
    hang('            ', part, page.width).map((line) => page.style('warning', line)),
  )
}

/** At most ten, the weightier ones first, in the order of time. */
function chooseHappenings(happenings: readonly Happening[]): readonly Happening[] {
  const byRank = happenings.toSorted((a, b) => a.rank - b.rank).slice(0, MOST_HAPPENINGS)
  const chosen = new Set(byRank)
  return happenings.filter((happening) => chosen.has(happening))
}

function renderFaults({document: {faults}}: DrillFacts, page: Page): readonly string[] {
  if (faults.length === 0) return []
  const rows = faults.flatMap((fault): readonly (readonly TextCell[])[] => {
    const name = {text: show(faultLabel(fault))}
    if (fault.proofs.length === 0) {
      const state = fault.applied ? 'was not measured' : 'was never in force'
      return [[name, {text: show(fault.summary)}, {text: '–'}, {text: '–'}, {text: state, style: 'warning'}]]
    }
    return fault.proofs.map((proof, index) => [
      index === 0 ? name : {text: ''},
      {text: show(proof.what)},
      {text: show(proof.asked)},
      {text: show(proof.measured)},
      proof.verdict === 'verified'
        ? {text: '✓ verified', style: 'good'}
        : {text: `✗ ${proof.verdict.replaceAll('-', ' ')}`, style: 'bad'},
    ])
  })
  return table(['FAULT', 'WHAT', 'ASKED', 'MEASURED', ''], rows, page)
}

function renderFigures(figures: readonly Figure[], page: Page): readonly string[] {
  if (figures.length === 0) return []
  const {kinds, rows, notes} = tabulateFigures(figures)
  const cells = rows.map((row): readonly TextCell[] => [
    {text: show(row.owner)},
    ...row.cells.map((figure): TextCell => ({text: figure ? formatFigure(figure) : ''})),
  ])
  return [
    ...table(['TARGET', ...kinds.map((kind) => kind.toUpperCase())], cells, page),
    ...notes
      .slice(0, 6)
      .flatMap((note) => hang('  ', show(note), page.width).map((line) => page.style('dim', line))),
  ]
}

function renderExpectations({document}: DrillFacts, page: Page): readonly string[] {
  const rows = judgedLines(document).map(({text, met, actual}): readonly TextCell[] => [
    met === null
      ? {text: '?', style: 'warning'}
      : met
        ? {text: '✓', style: 'good'}
        : {text: '✗', style: 'bad'},
    {text: show(text)},
    {text: show(actual)},
  ])
  return indent(renderTextTable(rows, page.width - 2, page.style))
}

function renderVerdict({document}: DrillFacts, page: Page): readonly string[] {
  const {verdict, reasons, exit} = document
  if (verdict === null) return [page.style('bad', 'NO VERDICT: the run ended before it could be judged')]
  const name: StyleName = verdict === 'pass' ? 'good' : verdict === 'inconclusive' ? 'warning' : 'bad'
  const word = verdict.toUpperCase()
  const head = hang(`${word}  `, `${VERDICT_MEANINGS[verdict]} (exit ${exit ?? EXIT.internal})`, page.width)
  const lines = head.map((line, index) =>
    index === 0 ? page.style(name, word) + line.slice(word.length) : line,
  )
  return [...lines, ...reasons.flatMap((reason) => hang('  · ', show(reason), page.width))]
}

function renderJournal({document: {journal}}: DrillFacts, {style}: Page): readonly string[] {
  // Not wrapped, so that it can be copied.
  return journal === null ? [] : [`${style('dim', 'Journal')} ${show(journal)}`]
}

function table(
  head: readonly string[],
  rows: readonly (readonly TextCell[])[],
  page: Page,
): readonly string[] {
  const heads = head.map((text): TextCell => ({text, style: 'dim'}))
  const shown = rows.slice(0, MOST_ROWS)
  const lines = indent(renderTextTable([heads, ...shown], page.width - 2, page.style))
  const left = rows.length - shown.length
  return left === 0 ? lines : [...lines, page.style('dim', `  and ${left} more in the journal`)]
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}

/** Wraps `text` after `lead`, later lines aligned with the first. */
function hang(lead: string, text: string, width: number): readonly string[] {
  const lines = wrapToWidth(text, Math.max(10, width - lead.length))
  return lines.map((line, index) => (index === 0 ? lead : ' '.repeat(lead.length)) + line)
}

const ASCII: readonly (readonly [string, string])[] = [
  ['✓', '+'],
  ['✗', 'x'],
  ['→', '>'],
  ['·', '-'],
  ['–', '-'],
  ['±', '+-'],
]

function toAscii(text: string): string {
  return ASCII.reduce((plain, [from, to]) => plain.replaceAll(from, to), text)
}
