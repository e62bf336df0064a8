import {Args, Flags} from '@oclif/core'
import {type ReportFiles, writeReports} from '../../app/drill-report.ts'
import {openPorts} from '../../app/ports.ts'
import {DRILL_REPORTS, type ReportFormat, type ReportName} from '../../reporters/drill-reports.ts'
import {BaseCommand} from '../_base.ts'

const FORMATS = Object.entries<ReportFormat>(DRILL_REPORTS) as [ReportName, ReportFormat][]

export default class DrillReport extends BaseCommand {
  static override summary = 'write the report of a drill from its journal'
  static override description = `Without a flag an HTML page is written next to the journal: one file without scripts that needs no network, for
light and dark screens and for paper. The paths of the written files are printed; "-" as a file is stdout. A journal
of a run that was killed gives a report too, which says so.

Exit codes: 0 written (whatever the verdict), 2 no such journal or not writable.`
  static override examples = [
    '<%= config.bin %> drill report latest',
    '<%= config.bin %> drill report run.jsonl --html report.html --junit junit.xml',
    '<%= config.bin %> drill report latest --md - >> $GITHUB_STEP_SUMMARY',
  ]
  static override args = {
    journal: Args.string({description: 'a journal, the name of a run, or "latest"', required: true}),
  }
  static override flags = Object.fromEntries(
    FORMATS.map(([name, {summary}]) => [
      name,
      Flags.string({summary, helpValue: 'FILE', env: `NETDRILL_REPORT_${name.toUpperCase()}`}),
    ]),
  )

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DrillReport)
    const wanted: ReportFiles = Object.fromEntries(
      FORMATS.flatMap(([name]) => {
        const file: unknown = flags[name]
        return typeof file === 'string' ? [[name, file]] : []
      }),
    )
    const written = await writeReports(args.journal, wanted, openPorts(flags.seed))
    for (const {file, text} of written) if (file === null) this.print(text)
    const files = written.flatMap(({format, file}) => (file === null ? [] : [{format, file}]))
    if (flags.json) this.print(JSON.stringify({schema: 'netdrill/drill-report/1', files}, null, 2))
    else if (written.every(({file}) => file !== null)) for (const {file} of files) this.print(file)
    else for (const {file} of files) this.tell(file)
  }
}
