/** What a CI job gets from a drill: report files, annotations and the job summary. */
import {relative, resolve} from 'node:path'
import type {Problem} from '../core/errors.ts'
import type {RunEvent} from '../core/events.ts'
import type {Host} from '../core/ports.ts'
import type {DrillGithubOptions} from '../reporters/drill-github.ts'
import {DRILL_REPORTS, type ReportName} from '../reporters/drill-reports.ts'
import type {DrillSpec} from '../scenarios/drill-spec.ts'
import {appendReport, writeReport} from '../system/report-files.ts'

export type DrillReportFiles = Readonly<Partial<Record<ReportName, string>>>

export interface DrillJob {
  see(event: RunEvent): void
  /** Writes everything; what can't be written is told and keeps nothing else from being written. */
  finish(): Promise<{readonly problems: readonly Problem[]; readonly annotations: string}>
}

/** Keeps the events of a run only when something will be made of them. */
export function openDrillJob(spec: DrillSpec, files: DrillReportFiles, host: Pick<Host, 'env'>): DrillJob {
  const onGithub = host.env('GITHUB_ACTIONS') === 'true'
  const summary = onGithub ? (host.env('GITHUB_STEP_SUMMARY') ?? '') : ''
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
        attempt(path, async () =>
          writeReport(path, (await DRILL_REPORTS[name as ReportName].load())(report)),
        ),
      )
      if (summary !== '') {
        jobs.push(
          attempt(summary, async () => appendReport(summary, `${(await DRILL_REPORTS.md.load())(report)}\n`)),
        )
      }
      const problems = (await Promise.all(jobs)).flat()
      const placeOf = placesIn(spec, host.env('GITHUB_WORKSPACE') ?? '')
      if (!onGithub) return {problems, annotations: ''}
      const {renderDrillGithub} = await import('../reporters/drill-github.ts')
      return {problems, annotations: renderDrillGithub(report, {placeOf})}
    },
  }
}

/** GitHub wants paths from the root of the repository, wherever the command was run. */
function placesIn(spec: DrillSpec, workspace: string): DrillGithubOptions['placeOf'] {
  const places = new Map(spec.expect.map(({text, position}) => [text, position]))
  return (text) => {
    const position = places.get(text)
    if (!position) return null
    const path = workspace === '' ? position.file : relative(workspace, resolve(position.file))
    return {...position, file: path.startsWith('..') ? position.file : path}
  }
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
