/** A drill as one HTML page: no network, no scripts, light and dark, printable. Everything is drawn from the journal. */
import {formatDuration} from '../../core/units.ts'
import type {DrillReport} from '../drill-report.ts'
import {describeRunFacts} from '../drill-run-facts.ts'
import {speakVerdict} from '../drill-verdict.ts'
import {planNextSteps} from '../next-steps.ts'
import {Markup, markup} from './markup.ts'
import {STYLES} from './styles.ts'
import {renderEvents, renderExpectations, renderFigures, renderProofs} from './tables.ts'
import {renderTargets, renderTimeline} from './targets.ts'

/** Should a page ever hold something that it must not, the browser still loads and runs nothing. */
const SECURITY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** Renders the page; well-formed as XML too. */
export function renderDrillHtml(report: DrillReport): string {
  const {run} = report.facts.document
  const {word} = speakVerdict(report)
  const title = run?.title ?? 'drill'
  return `<!DOCTYPE html>\n${String(
    markup`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${SECURITY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="netdrill ${run?.version ?? ''}" />
        <title>${word}: ${title}</title>
        <style>
          ${new Markup([STYLES], [])}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="soft">${describeRun(report)}</p>
          ${renderVerdict(report)} ${section('Timeline', renderTimeline(report))}
          ${section('Targets', markup`${renderTargets(report)}${report.tracks.length > 0 ? LEGEND : null}`)}
          ${section('Faults, asked and measured', renderProofs(report.facts))}
          ${section('Figures', renderFigures(report.facts))}
          ${section('Expectations', renderExpectations(report.facts))}
          ${section('What happened', renderEvents(report))} ${section('The run', renderRun(report))}
        </main>
      </body>
    </html>`,
  )}\n`
}

const LEGEND = markup`<p>
  <small
    >Line: median round trip of each column. Strokes: from the least to the greatest. Shaded: a fault was in
    force. Ticks: failed samples, as high as their share.</small
  >
</p>`

function describeRun({facts, end}: DrillReport): string {
  const {run, targets} = facts.document
  const controls = targets.filter(({role}) => role === 'control').length
  const counted = [
    plural(targets.length - controls, 'target'),
    ...(controls > 0 ? [plural(controls, 'control')] : []),
    formatDuration(end),
  ].join(', ')
  return run ? `${run.started.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')} · ${counted}` : counted
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function renderVerdict(report: DrillReport): Markup {
  const {sign, word, meaning, tone, reasons} = speakVerdict(report)
  const {exit} = report.facts.document
  const lines = reasons.map((reason) => markup`<li>${reason}</li>`)
  const steps = planNextSteps(report.facts).map((step) => markup`<li>${step}</li>`)
  return markup`<div class="verdict ${tone}">
    <b>${sign} ${word}</b> ${meaning}${exit === null ? null : markup` <small>exit ${exit}</small>`}${
      lines.length === 0
        ? null
        : markup`<ul>
            ${lines}
          </ul>`
    }${
      steps.length === 0
        ? null
        : markup`<p class="next soft">Next</p>
            <ul>
              ${steps}
            </ul>`
    }
  </div>`
}

function renderRun(report: DrillReport): Markup | null {
  const pairs = describeRunFacts(report)
  if (pairs.length === 0) return null
  return markup`<dl>
    ${pairs.map(
      ([name, value]) =>
        markup`<dt>${name}</dt>
          <dd class="mono">${value}</dd>`,
    )}
  </dl>`
}

function section(title: string, content: Markup | null): Markup | null {
  return (
    content &&
    markup`<section>
      <h2>${title}</h2>
      ${content}
    </section>`
  )
}
