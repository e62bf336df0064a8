/** Where the reports of a check go: files, and what a CI job asks for by its environment. */
import {relative, resolve} from 'node:path'
import type {CheckResult} from '../core/check-result.ts'
import type {Problem} from '../core/errors.ts'
import type {Host} from '../core/ports.ts'
import {renderGithub} from '../reporters/check/github.ts'
import {CHECK_REPORTS, type CheckReportName} from '../reporters/check/registry.ts'
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
    return attempt(path, async () => writeReport(path, (await load())(result)))
  })
  const summary = onGithub(host) ? (host.env('GITHUB_STEP_SUMMARY') ?? '') : ''
  if (summary !== '') {
    const {load} = CHECK_REPORTS.md
    jobs.push(attempt(summary, async () => appendReport(summary, `${(await load())(result)}\n`)))
  }
  return (await Promise.all(jobs)).flat()
}

/** The annotations of a GitHub job; empty anywhere else. */
export function renderAnnotations(result: CheckResult, host: Pick<Host, 'env'>): string {
  if (!onGithub(host)) return ''
  const workspace = host.env('GITHUB_WORKSPACE') ?? ''
  return renderGithub(result, {pathOf: (file) => pathInside(workspace, file)})
}

function onGithub(host: Pick<Host, 'env'>): boolean {
  return host.env('GITHUB_ACTIONS') === 'true'
}

/** GitHub wants paths from the root of the repository, wherever the command was run. */
function pathInside(workspace: string, file: string): string | null {
  if (file === '-') return null
  if (workspace === '') return file
  const path = relative(workspace, resolve(file))
  return path.startsWith('..') ? file : path
}

async function attempt(path: string, write: () => Promise<void>): Promise<readonly Problem[]> {
  try {
    await write()
    return []
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    return [{code: 'CONFIG_FILE', message: `the report ${path} can not be written: ${because}`}]
  }
}
