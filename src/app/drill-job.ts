/** What a CI job gets from a drill: report files, annotations and the job summary. */
import type {Problem} from '../core/errors.ts'
import type {RunEvent} from '../core/events.ts'
import type {Host} from '../core/ports.ts'
import type {DrillGithubOptions} from '../reporters/drill-github.ts'
import {DRILL_REPORTS, type ReportName} from '../reporters/drill-reports.ts'
import type {DrillSpec} from '../scenarios/drill-spec.ts'
import {attemptReport, isOnGithub, jobSummaryFile, pathInWorkspace} from './ci-job.ts'
import {appendReport, writeReport} from '../system/report-files.ts'

export type DrillReportFiles = Readonly<Partial<Record<ReportName, string>>>

export interface DrillJob {
  see(event: RunEvent): void
  /** Writes everything; what can't be written is told and keeps nothing else from being written. */
  finish(): Promise<{readonly problems: readonly Problem[]; readonly annotations: string}>
}

/** Keeps the events of a run only when something will be made of them. */
export function openDrillJob(spec: DrillSpec, files: DrillReportFiles, host: Pick<Host, 'env'>): DrillJob {
  const onGithub = isOnGithub(host)
  const summary = jobSummaryFile(host)
  const wanted = onGithub || Object.keys(files).length > 0
  const events: RunEvent[] = []
  return {
    see: (event) => {
      if (wanted) events.push(event)
    },
    finish: async () => {
      if (!wanted || events.length === 0) return {problems: [], annotations: ''}
      const {collectDrillReport} = await import('../reporters/drill-report.ts')
      const report = collectDrillReport(
        events,
        events.some(({type}) => type === 'run-ended'),
      )
      const jobs = Object.entries(files).map(([name, path]) =>
        attemptReport(path, async () =>
          writeReport(path, (await DRILL_REPORTS[name as ReportName].load())(report)),
        ),
      )
      if (summary !== '') {
        jobs.push(
          attemptReport(summary, async () =>
            appendReport(summary, `${(await DRILL_REPORTS.md.load())(report)}\n`),
          ),
        )
      }
      const problems = (await Promise.all(jobs)).flat()
      const placeOf = placesIn(spec, host)
      if (!onGithub) return {problems, annotations: ''}
      const {renderDrillGithub} = await import('../reporters/drill-github.ts')
      return {problems, annotations: renderDrillGithub(report, {placeOf})}
    },
  }
}

/** The line of the document on which an expectation stands. */
function placesIn(spec: DrillSpec, host: Pick<Host, 'env'>): DrillGithubOptions['placeOf'] {
  const places = new Map(spec.expect.map(({text, position}) => [text, position]))
  return (text) => {
    const position = places.get(text)
    const file = position ? pathInWorkspace(position.file, host) : null
    return position && file !== null ? {...position, file} : null
  }
}
