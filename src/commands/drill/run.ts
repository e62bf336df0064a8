import {Args, Flags} from '@oclif/core'
import {runDrillSession} from '../../app/drill-run.ts'
import type {DrillReportFiles} from '../../app/drill-job.ts'
import {findDrill} from '../../app/find-drill.ts'
import {openPorts} from '../../app/ports.ts'
import {renderProblem} from '../../reporters/problem.ts'
import {DRILL_REPORTS, type ReportName} from '../../reporters/drill-reports.ts'
import {BaseCommand} from '../_base.ts'
import {SET_FLAG} from './_set-flag.ts'

const REPORTS = ['html', 'md', 'junit'] as const satisfies readonly ReportName[]
const REPORT_FLAGS = {
  html: reportFlag('html'),
  md: reportFlag('md'),
  junit: reportFlag('junit'),
}

function reportFlag(name: ReportName) {
  return Flags.string({
    summary: `write when it is over: ${DRILL_REPORTS[name].summary.replace('; the default', '')}`,
    helpValue: 'FILE',
    env: `NETDRILL_REPORT_${name.toUpperCase()}`,
  })
}

function reportsOf(flags: Readonly<Partial<Record<ReportName, string | undefined>>>): DrillReportFiles {
  const given = REPORTS.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]] as const]))
  return Object.fromEntries(given)
}

export default class DrillRun extends BaseCommand {
  static override summary = 'run a drill: break something on purpose and prove that it recovers'
  static override description = `Phases: baseline, inject, observe, recover, clean up, verdict. On a terminal a live view is drawn, elsewhere readable
lines. Everything is written to a journal. Ctrl-C undoes all faults and ends with exit code 4.

Exit codes: 0 pass, 1 fail, 2 mistake in the document, 3 inconclusive, 4 aborted and undone, 5 leftovers remain,
6 this machine lacks something, 7 refused for safety.`
  static override examples = [
    '<%= config.bin %> drill run demo',
    '<%= config.bin %> drill run my-drill.yaml --plain',
    '<%= config.bin %> drill run partition --json > result.json',
    {
      description: 'The same on your own system: without the lab, on this machine',
      command: '<%= config.bin %> drill run partition --set target=10.0.0.2:443 --set control=10.0.0.3:443',
    },
    {
      description: 'In a CI job',
      command: '<%= config.bin %> drill run recovery.yaml --ci --junit junit.xml --html report.html',
    },
  ]
  static override args = {
    drill: Args.string({description: 'name of a bundled drill, or a file', required: true}),
  }
  static override flags = {
    plain: Flags.boolean({summary: 'print lines, even on a terminal', env: 'NETDRILL_PLAIN'}),
    ci: Flags.boolean({
      summary: 'for a CI job: plain lines whatever the terminal',
      description:
        'In a GitHub job (GITHUB_ACTIONS) annotations at the lines of unmet expectations and a job summary are written in any case.',
      env: 'NETDRILL_CI',
    }),
    set: SET_FLAG,
    ...REPORT_FLAGS,
    journal: Flags.directory({
      summary: 'folder for the journal instead of the state folder',
      env: 'NETDRILL_JOURNAL',
      helpValue: 'FOLDER',
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DrillRun)
    const ports = openPorts(flags.seed)
    const {set} = flags
    const {spec, warnings} = await findDrill(args.drill, ports, set)
    for (const warning of warnings) this.tell(renderProblem(warning, 'warning'))
    const display = flags.json ? 'json' : flags.jsonl ? 'jsonl' : flags.plain || flags.ci ? 'lines' : 'auto'
    const {color, quiet, journal} = flags
    this.end(
      await runDrillSession(
        {
          spec,
          typed: [args.drill, ...(set ?? []).map((word) => `--set ${word}`)].join(' '),
          display,
          color,
          quiet,
          journalFolder: journal ?? null,
          reports: reportsOf(flags),
        },
        ports,
      ),
    )
  }
}
