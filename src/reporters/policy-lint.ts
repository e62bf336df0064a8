/** Findings about policies as text and as JSON. */
import {stripControl} from '../core/text.ts'
import type {LintView} from './policy-lint-view.ts'
import {renderSource} from './problem.ts'
import type {Style, StyleName} from './style.ts'

type Finding = LintView['findings'][number]
type Severity = Finding['severity']

const STYLES: Readonly<Record<Severity, StyleName>> = {error: 'bad', warning: 'warning', info: 'accent'}

/** One block per finding, in the form of a document's problems, and a line that counts them. */
export function renderLint(
  view: LintView,
  options: {readonly style: Style; readonly quiet: boolean},
): string {
  const shown = view.findings.filter(({severity}) => !options.quiet || severity !== 'info')
  const blocks = shown.map((finding) => renderFinding(finding, options.style))
  return [...blocks, ...(options.quiet ? [] : [renderCounts(view)])].join('\n\n')
}

/** One document; positions only have file, line and column. */
export function lintJson(view: LintView): string {
  const findings = view.findings.map(({position, ...finding}) => ({
    ...finding,
    position: position && {file: position.file, line: position.line, column: position.column},
  }))
  const {policies, failed} = view
  return JSON.stringify(
    {schema: 'netdrill/policy-lint/1', policies, findings, counts: countsOf(view), failed},
    null,
    2,
  )
}

function renderFinding(finding: Finding, style: Style): string {
  const {code, severity, policy, reason, fix, position} = finding
  const place = position ? `${position.file}:${position.line}:${position.column}: ` : ''
  const head = `${place}${style(STYLES[severity], severity)} ${code}: ${stripControl(`${policy}: ${reason}`)}`
  return [head, ...(position ? renderSource(position) : []), `  → ${stripControl(fix)}`].join('\n')
}

function renderCounts(view: LintView): string {
  const counts = countsOf(view)
  const policies = plural(view.policies.length, 'policy', 'policies')
  if (view.findings.length === 0) return `${policies}: nothing found`
  const parts = [
    plural(counts.error, 'error', 'errors'),
    plural(counts.warning, 'warning', 'warnings'),
    `${counts.info} info`,
  ]
  return `${policies}: ${parts.join(', ')}`
}

function countsOf({findings}: LintView): Readonly<Record<Severity, number>> {
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length
  return {error: count('error'), warning: count('warning'), info: count('info')}
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
