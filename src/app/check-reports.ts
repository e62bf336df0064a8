/** Where the reports of a check go: files, and what a CI job asks for by its environment. */
import type {CheckResult} from '../core/check-result.ts'
import type {Problem} from '../core/errors.ts'
import type {Host} from '../core/ports.ts'
import {renderGithub} from '../reporters/check/github.ts'
import {CHECK_REPORTS, type CheckReportName} from '../reporters/check/registry.ts'
import {attemptReport, isOnGithub, jobSummaryFile, pathInWorkspace} from './ci-job.ts'
import {appendReport, writeReport} from '../system/report-files.ts'

/** By report, the file it is written to. */
export type CheckReportFiles = Readonly<Partial<Record<CheckReportName, string>>>

/** Writes all that were asked for; what can't be written is told, and doesn't keep the others from being written. */
export async function writeReports(
  result: CheckResult,
  files: CheckReportFiles,
  host: Pick<Host, 'env'>,
): Promise<readonly Problem[]> {
  const jobs = Object.entries(files).map(([name, path]) => {
    const {load} = CHECK_REPORTS[name as CheckReportName]
    return attemptReport(path, async () => writeReport(path, (await load())(result)))
  })
  const summary = jobSummaryFile(host)
  if (summary !== '') {
    const {load} = CHECK_REPORTS.md
    jobs.push(attemptReport(summary, async () => appendReport(summary, `${(await load())(result)}\n`)))
  }
  return (await Promise.all(jobs)).flat()
}

/** The annotations of a GitHub job; empty anywhere else. */
export function renderAnnotations(result: CheckResult, host: Pick<Host, 'env'>): string {
  if (!isOnGithub(host)) return ''
  return renderGithub(result, {pathOf: (file) => pathInWorkspace(file, host)})
}
