/** Writes the reports of a journal. */
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {collectDrillReport} from '../reporters/drill-report.ts'
import {DRILL_REPORTS, type ReportFormat, type ReportName} from '../reporters/drill-reports.ts'
import {findJournal} from './find-journal.ts'

/** Where each format goes; `-` is stdout. None at all means HTML next to the journal. */
export type ReportFiles = Readonly<Partial<Record<ReportName, string>>>

export interface WrittenReport {
  readonly format: ReportName
  /** Null: `text` is for stdout. */
  readonly file: string | null
  readonly text: string
}

/** Renders and writes what was asked for. Throws `UserError` when the journal or a file can't be used. */
export async function writeReports(
  journal: string,
  wanted: ReportFiles,
  ports: Pick<Ports, 'files' | 'host'>,
): Promise<readonly WrittenReport[]> {
  const asked = Object.entries(wanted) as [ReportName, string][]
  if (asked.filter(([, file]) => file === '-').length > 1) {
    throw new UserError({code: 'USAGE_INVALID', message: 'only one report can go to stdout'})
  }
  const {file, events, complete} = await findJournal(journal, ports)
  const report = collectDrillReport(events, complete)
  const places = asked.length > 0 ? asked : [['html', besideJournal(file, DRILL_REPORTS.html)] as const]
  const written: WrittenReport[] = []
  for (const [format, place] of places) {
    const render = await DRILL_REPORTS[format].load()
    const text = render(report)
    if (place !== '-') await write(place, text, ports)
    written.push({format, file: place === '-' ? null : place, text})
  }
  return written
}

function besideJournal(journal: string, {extension}: ReportFormat): string {
  return journal.replace(/\.jsonl$/, '') + extension
}

async function write(file: string, text: string, {files}: Pick<Ports, 'files'>): Promise<void> {
  try {
    await files.writePrivate(file, text)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'USAGE_INVALID', message: `${file} can not be written: ${because}`})
  }
}
