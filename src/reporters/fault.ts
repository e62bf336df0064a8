/** Plans, lists and endings of faults, as text and as JSON. */
import {stripControl} from '../core/text.ts'
import {formatDuration} from '../core/units.ts'
import type {ClosedView, FaultListView, FaultPlanView, FaultRow, StepView} from './fault-view.ts'

/** What would happen, why, and the exact commands. */
export function renderFaultPlan(view: FaultPlanView): string {
  const end = endOf(view)
  const lines = [
    `${view.name}: ${view.summary}`,
    `  where    ${view.place}${view.device === null ? '' : `, ${view.device}`}`,
    `  backend  ${view.backend}: ${view.because}`,
    `  lasts    ${formatDuration(view.lasts)}; ${end}`,
    ...labelled('effect', view.effect),
    ...labelled('scope', view.blastRadius),
    ...labelled('note', view.notes),
    ...labelled('warning', view.warnings),
    '',
    ...view.steps.flatMap((step, index) => renderStep(step, index + 1)),
  ]
  return lines.map(stripLine).join('\n')
}

function labelled(label: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => `  ${(index === 0 ? label : '').padEnd(9)}${text}`)
}

function renderStep(step: StepView, number: number): readonly string[] {
  return [
    `step ${number}: ${step.why}`,
    ...shell(step.command, step.input),
    ...(step.undo === null ? [] : ['  undo:', ...shell(step.undo, step.undoInput)]),
  ]
}

/** As it could be pasted into a shell. */
function shell(command: string | null, input: string | null): readonly string[] {
  if (command === null) return ['    (nothing to run)']
  if (input === null) return [`    ${command}`]
  return [
    `    ${command} <<'END'`,
    ...input
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
    '    END',
  ]
}

function stripLine(line: string): string {
  return stripControl(line)
}

export function renderFaultList({faults, halt, unreadable}: FaultListView): string {
  const lines = [
    ...(halt
      ? [`halted since ${halt.since}: ${halt.reason}; new faults are refused until: netdrill fault release`]
      : []),
    ...(faults.length === 0 ? ['no faults in force'] : tableOf(faults)),
    ...unreadable.map((path) => `unreadable ledger file: ${path}`),
  ]
  return lines.map(stripLine).join('\n')
}

const STANDING: Readonly<Record<FaultRow['standing'], string>> = {
  active: 'active',
  ended: 'ended, undo due',
  orphaned: 'orphaned: netdrill fault recover',
  stuck: 'stuck: netdrill fault recover',
}

/** One line each, and one below it for every proxy. */
function tableOf(faults: readonly FaultRow[]): readonly string[] {
  const lines = table(faults.map(cells))
  return faults.flatMap(({proxies, started}, index) => [
    lines[index] ?? '',
    ...proxies.map(({name, listens, upstream, does}) => {
      const doing = does.length === 0 ? 'passes on' : does.join(', ')
      return `  ${name}: ${listens} leads to ${upstream} since ${started}: ${doing}`
    }),
  ])
}

function cells(row: FaultRow): readonly string[] {
  const owner = row.detached ? `guard ${row.owner}` : `process ${row.owner}`
  const left = row.left === null ? 'until ended' : row.left > 0 ? `${formatDuration(row.left)} left` : 'over'
  return [row.id, row.summary, `${row.backend} in ${row.place}`, left, owner, STANDING[row.standing]]
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** One line per fault that was ended; `nothing` is said when there was none. */
export function renderClosed(closed: readonly ClosedView[], nothing: string): string {
  if (closed.length === 0) return nothing
  return closed
    .flatMap(({id, summary, took, restored, differences}) => [
      restored
        ? `${id}: undone in ${formatDuration(took)} (${summary})`
        : `${id}: not undone completely (${summary})`,
      ...differences.map((difference) => `  ${difference}`),
    ])
    .map(stripLine)
    .join('\n')
}

export function faultJson(schema: 'plan' | 'list' | 'closed' | 'applied' | 'halt', body: object): string {
  return JSON.stringify({schema: `netdrill/fault-${schema}/1`, ...body}, null, 2)
}

/** Who ends it, when nobody else does. */
function endOf({endsByKernel, once, backend}: FaultPlanView): string {
  if (once) return 'it is done once, and nothing stays'
  if (endsByKernel) return 'the kernel ends it by itself'
  if (backend === 'proxy') return 'it ends with its process'
  if (backend === 'carrier') return 'it ends with the lab'
  return backend === 'holder' ? 'the process that holds it ends by itself' : 'the guard ends it'
}
