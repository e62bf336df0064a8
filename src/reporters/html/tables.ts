/** The tables of the page. Each cell carries its column's name, which a narrow screen shows instead of the head. */
import {faultLabel} from '../../core/fault-label.ts'
import {judgedLines} from '../judged-lines.ts'
import {formatDuration, formatStamp} from '../../core/units.ts'
import type {DrillFacts} from '../drill-facts.ts'
import type {DrillReport} from '../drill-report.ts'
import {formatFigure, tabulateFigures} from '../drill-words.ts'
import {type Markup, markup} from './markup.ts'

interface Cell {
  readonly content: Markup | string
  readonly look?: 'first' | 'none'
}

/** Asked against measured, fault by fault. */
export function renderProofs({document}: DrillFacts): Markup | null {
  const rows = document.faults.flatMap((fault): readonly (readonly Cell[])[] => {
    const {summary, applied, proofs} = fault
    const name = faultLabel(fault)
    if (proofs.length === 0) {
      const state = applied ? 'was not measured' : 'was never in force'
      return [[first(name), text(summary), text('–'), text('–'), {content: mark('warn', '?', state)}]]
    }
    return proofs.map((proof) => [
      first(name),
      text(proof.what),
      text(proof.asked),
      text(proof.measured),
      {
        content:
          proof.verdict === 'verified'
            ? mark('good', '✓', 'verified')
            : mark('bad', '✗', proof.verdict.replaceAll('-', ' ')),
      },
    ])
  })
  return table(['fault', 'what', 'asked', 'measured', 'result'], rows)
}

export function renderExpectations({document}: DrillFacts): Markup | null {
  const rows = judgedLines(document).map(({text: asked, met, actual}): readonly Cell[] => [
    {
      content:
        met === null
          ? mark('warn', '?', 'not judged')
          : met
            ? mark('good', '✓', 'met')
            : mark('bad', '✗', 'not met'),
    },
    {content: markup`<code>${asked}</code>`},
    text(actual),
  ])
  return table(['result', 'expected', 'measured'], rows)
}

export function renderFigures({document}: DrillFacts): Markup | null {
  const {kinds, rows, notes} = tabulateFigures(document.figures)
  const body = rows.map(({owner, cells}): readonly Cell[] => [
    first(owner),
    ...cells.map((figure): Cell => {
      if (!figure) return {content: ''}
      return figure.value === null ? {content: 'not observed', look: 'none'} : text(formatFigure(figure))
    }),
  ])
  const drawn = table(['target', ...kinds], body)
  return drawn && markup`${drawn}${notes.map((note) => markup`<p><small>${note}</small></p>`)}`
}

/** The weightiest events first of all, and behind a fold everything notable. */
export function renderEvents({facts, told, untold}: DrillReport): Markup | null {
  if (told.length === 0) return null
  const short = facts.happenings.slice(0, 40)
  const rows = short.map(({at, tone, text: what}) => eventRow(formatStamp(at), TONES[tone], what))
  const left = facts.happenings.length - short.length + facts.dropped
  const unseen =
    facts.gaps.count === 0
      ? []
      : [
          markup`<p>
            <small
              >netdrill itself was not run in time ${facts.gaps.count} times,
              ${formatDuration(facts.gaps.total)} in all; nothing was judged there.</small
            >
          </p>`,
        ]
  const all = told.map(({at, tone, subject, text: what}) =>
    eventRow(formatStamp(at), TONES[tone], subject === '' ? what : `${subject}: ${what}`),
  )
  return markup`${rows.length === 0 ? null : eventTable(rows)}${left === 0 ? null : markup`<p><small>and ${left} more in the journal</small></p>`}${unseen}
    <details>
      <summary>all ${told.length} notable events</summary>
      ${eventTable(all)}${untold === 0 ? null : markup`<p><small>and ${untold} more in the journal</small></p>`}
    </details>`
}

const TONES = {
  plain: 'plain',
  good: 'good',
  warning: 'warn',
  bad: 'bad',
  fault: 'trace',
  phase: 'plain',
} as const

function eventRow(stamp: string, tone: string, what: string): Markup {
  return markup`<tr>
    <td class="when mono">${stamp}</td>
    <td class="told ${tone}">${what}</td>
  </tr>`
}

function eventTable(rows: readonly Markup[]): Markup {
  return markup`<table>
    <tbody>
      ${rows}
    </tbody>
  </table>`
}

function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): Markup | null {
  if (rows.length === 0) return null
  const body = rows.map(
    (cells) =>
      markup`<tr>
        ${cells.map(({content, look}, index) => {
          const name = [look ?? '', content === '' ? 'empty' : ''].join(' ').trim()
          return markup`<td class="${name}" data-label="${heads[index] ?? ''}">${content}</td>`
        })}
      </tr>`,
  )
  return markup`<table class="stack">
    <thead>
      <tr>
        ${heads.map((head) => markup`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`
}

function first(content: string): Cell {
  return {content, look: 'first'}
}

function text(content: string): Cell {
  return {content}
}

function mark(tone: string, sign: string, word: string): Markup {
  return markup`<span class="mark ${tone}">${sign} ${word}</span>`
}
