/** A drill as annotations of GitHub Actions: one at the line of each expectation that was not met. */
import {stripControl} from '../core/text.ts'
import type {DrillReport} from './drill-report.ts'
import {speakVerdict} from './drill-verdict.ts'
import {githubCommand} from './github-command.ts'

export interface DrillGithubOptions {
  /** Where an expectation was written, by its text; null where it isn't known. */
  readonly placeOf: (
    text: string,
  ) => {readonly file: string; readonly line: number; readonly column: number} | null
}

/** Empty after a pass. What makes nothing of the drill (no proof, no baseline) is one warning without a line. */
export function renderDrillGithub(report: DrillReport, {placeOf}: DrillGithubOptions): string {
  const {verdict, expectations, run} = report.facts.document
  const title = `netdrill drill: ${run?.title ?? 'drill'}`
  if (verdict === 'pass') return ''
  const {word, reasons} = speakVerdict(report)
  const level = verdict === 'inconclusive' ? 'warning' : 'error'
  const unmet = verdict === 'fail' ? expectations.filter(({met}) => met !== true) : []
  const lines = unmet.map(({text, actual, met}) => {
    const place = placeOf(text)
    const where = place ? {file: place.file, line: String(place.line), col: String(place.column)} : {}
    const said = met === null ? 'could not be judged' : 'was not met'
    return githubCommand(
      met === null ? 'warning' : 'error',
      {...where, title},
      stripControl(`${text} ${said}: ${actual}`),
    )
  })
  if (lines.length > 0) return lines.join('')
  return githubCommand(level, {title}, [word, ...reasons].map(stripControl).join('\n'))
}
