/** Two runs of a drill side by side, as text. */
import {show} from '../core/show.ts'
import {wrapToWidth} from '../core/width.ts'
import type {Change, DrillDiff, FigureDiff, FigureValue, RunSide} from './drill-diff-view.ts'
import {formatFigure, formatFigureValue} from './drill-words.ts'
import {type Style, type StyleName, chooseStyle} from './style.ts'
import {type TextCell, renderTextTable} from './text-table.ts'

export interface DiffOptions {
  readonly width: number
  readonly color: boolean
}

const STYLES: Readonly<Record<Change, StyleName>> = {
  better: 'good',
  same: 'dim',
  worse: 'bad',
  unclear: 'warning',
}

/** Ends with a line break. The last line says what it comes down to. */
export function renderDrillDiff(diff: DrillDiff, options: DiffOptions): string {
  const style = chooseStyle(options.color)
  const width = Math.max(40, options.width)
  const heads = ['', 'BEFORE', 'AFTER', 'DIFFERENCE', ''].map((text): TextCell => ({text, style: 'dim'}))
  const rows = [
    heads,
    row(['verdict', word(diff.before), word(diff.after), ''], diff.verdict),
    ...diff.expectations.map(({text, before, after, change}) => row([text, before, after, ''], change)),
    ...diff.figures.map(figureRow),
  ]
  const lines = [
    `before  ${describeSide(diff.before)}`,
    `after   ${describeSide(diff.after)}`,
    '',
    ...renderTextTable(rows, width, style),
    '',
    style('dim', '~ within the uncertainty'),
    ...diff.notes
      .flatMap((note) => wrapToWidth(show(`note: ${note}`), width))
      .map((line) => style('warning', line)),
    conclude(diff, style),
  ]
  return `${lines.join('\n')}\n`
}

function describeSide({run, title, started}: RunSide): string {
  return show(`${run}  ${title}  ${started}`)
}

function word({verdict, conclusive}: RunSide): string {
  if (verdict === null && conclusive) return 'WATCH'
  return verdict === null ? 'NO VERDICT' : verdict.toUpperCase()
}

function row(texts: readonly string[], change: Change): readonly TextCell[] {
  return [...texts.map((text) => ({text: show(text)})), {text: change, style: STYLES[change]}]
}

function figureRow({name, before, after, difference, beyond, change}: FigureDiff): readonly TextCell[] {
  const unit = (after ?? before)?.unit ?? 'count'
  const sign = difference !== null && difference > 0 ? '+' : ''
  const within = beyond || difference === null || difference === 0 ? '' : '~ '
  const delta = difference === null ? '' : `${within}${sign}${formatFigureValue(round(difference), unit)}`
  return row([name, valueText(before), valueText(after), delta], change)
}

function valueText(value: FigureValue | null): string {
  return value === null ? 'no such figure' : formatFigure(value)
}

/** Differences of decimal fractions carry digits that nobody measured. */
function round(value: number): number {
  return Number(value.toPrecision(9))
}

function conclude({worse, verdict, figures, expectations}: DrillDiff, style: Style): string {
  const changes = [verdict, ...[...expectations, ...figures].map(({change}) => change)]
  const count = (wanted: Change): number => changes.filter((change) => change === wanted).length
  const parts = `${count('worse')} worse, ${count('better')} better, ${count('same')} the same, ${count('unclear')} unclear`
  return worse ? `${style('bad', 'WORSE')}  ${parts}` : `${style('good', 'NOT WORSE')}  ${parts}`
}
