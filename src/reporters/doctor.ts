/** The report about the machine, as text and as JSON. */
import type {CapabilityReport} from '../core/capabilities.ts'
import {stripControl} from '../core/text.ts'
import type {DoctorView, FeatureView} from './doctor-view.ts'
import {foldLine} from './fold-line.ts'

const MARK: Readonly<Record<CapabilityReport['status'], string>> = {
  present: 'ok',
  missing: 'missing',
  unknown: 'unknown',
}

/**
 * Every capability with what was seen; for those that are not there why they matter and the remedy. Folded
 * to `columns`.
 */
export function renderDoctor(view: DoctorView, columns = Number.POSITIVE_INFINITY): string {
  const width = Math.max(...view.capabilities.map(({capability}) => capability.length))
  const lines = [
    view.platform,
    '',
    ...view.capabilities.flatMap((report) => renderCapability(report, width)),
    ...features('faults', view.faults),
    ...features('labs', view.labs),
    ...drills(view.drills),
  ]
  return lines.flatMap((line) => foldLine(stripControl(line), columns)).join('\n')
}

function renderCapability(report: CapabilityReport, width: number): readonly string[] {
  const indent = ' '.repeat(width + 11)
  const head = `${report.capability.padEnd(width)}  ${MARK[report.status].padEnd(7)}  ${report.found}`
  if (report.status === 'present') return [head]
  return [head, `${indent}for: ${report.why}`, `${indent}remedy: ${report.remedy}`]
}

function features(title: string, list: readonly FeatureView[]): readonly string[] {
  const width = Math.max(0, ...list.map(({name}) => name.length))
  const line = ({name, works, how}: FeatureView): string =>
    `  ${name.padEnd(width)}  ${works ? 'works' : 'no   '}  ${how}`
  return ['', `${title}:`, ...list.map(line)]
}

/** Those that run are many, and `drill list` tells what each shows. */
function drills(list: readonly FeatureView[]): readonly string[] {
  const without = list.filter(({works}) => !works)
  const count = `${list.length - without.length} of ${list.length} run here`
  const head = ['', `bundled drills: ${count}; netdrill drill list tells what each shows`]
  return without.length === 0 ? head : [...head, ...features('', without).slice(2)]
}

export function doctorJson(view: DoctorView): string {
  return JSON.stringify({schema: 'netdrill/doctor/1', ...view}, null, 2)
}
