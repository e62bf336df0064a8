import {Args, Errors, Flags} from '@oclif/core'
import {type CheckFlags, checkDocuments} from '../app/check.ts'
import {openPorts} from '../app/ports.ts'
import {isUserError} from '../core/errors.ts'
import type {ExitCode} from '../core/exit-codes.ts'
import {renderProblem} from '../reporters/problem.ts'
import {BaseCommand} from './_base.ts'

/** UNKNOWN, of the Monitoring Plugins guidelines. */
const NAGIOS_UNKNOWN = 3

export default class Check extends BaseCommand {
  static override summary = 'probe every target of a document once and judge it, for CI'
  static override description = `Targets are probed side by side and reported in the order of the document. A target passes when its expectations are
met and all its samples succeeded. Retries follow the target's policy and are reported: a pass after a retry is flaky.

In a GitHub job (GITHUB_ACTIONS=true) failures also become annotations at the line of the document, and a summary.

Exit codes: 0 pass, 1 fail, 2 mistake in the document or on the command line, 3 something could not be judged,
6 this machine lacks something, 130 or 143 interrupted. A failure outweighs 6, and 6 outweighs 3.`
  static override examples = [
    '<%= config.bin %> check',
    '<%= config.bin %> check network.yaml --junit junit.xml --md summary.md',
    '<%= config.bin %> check --wait 60s --tag database',
    'cat network.yaml | <%= config.bin %> check - --json',
  ]
  static override strict = false
  static override args = {
    file: Args.string({description: 'documents; - for standard input (by default netdrill.yaml)'}),
  }
  static override flags = {
    only: Flags.string({
      summary: 'check only the target of this name; may be repeated',
      env: 'NETDRILL_ONLY',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
    }),
    tag: Flags.string({
      summary: 'check only targets with this tag; may be repeated',
      env: 'NETDRILL_TAG',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'TAG',
    }),
    wait: Flags.string({
      summary: 'probe what fails again until it passes, for this long at most',
      env: 'NETDRILL_WAIT',
      helpValue: 'DURATION',
    }),
    passes: Flags.integer({
      summary: 'with --wait: how often in a row a target has to pass',
      env: 'NETDRILL_PASSES',
      default: 1,
      min: 1,
      max: 1000,
    }),
    'max-time': Flags.string({
      summary: 'what one sample may take with all its retries',
      env: 'NETDRILL_MAX_TIME',
      default: '60s',
      helpValue: 'DURATION',
    }),
    concurrency: Flags.integer({
      summary: 'probe so many targets at a time; more is faster, and makes times less true',
      env: 'NETDRILL_CONCURRENCY',
      default: 16,
      min: 1,
      max: 1000,
    }),
    redact: Flags.boolean({
      summary:
        'give addresses other names in all that is shown and written; the same address has the same name',
      env: 'NETDRILL_REDACT',
    }),
    'fail-on-flaky': Flags.boolean({
      summary: 'a pass after a retry is a failure',
      env: 'NETDRILL_FAIL_ON_FLAKY',
    }),
    nagios: Flags.boolean({
      summary: 'print one line as a monitoring plugin, and end with 0, 1, 2 or 3 as one',
      env: 'NETDRILL_NAGIOS',
      exclusive: ['json', 'jsonl'],
      helpGroup: 'REPORTS',
    }),
    junit: Flags.string({
      summary: 'write JUnit XML',
      env: 'NETDRILL_JUNIT',
      helpValue: 'FILE',
      helpGroup: 'REPORTS',
    }),
    tap: Flags.string({
      summary: 'write TAP 14',
      env: 'NETDRILL_TAP',
      helpValue: 'FILE',
      helpGroup: 'REPORTS',
    }),
    md: Flags.string({
      summary: 'write Markdown',
      env: 'NETDRILL_MD',
      helpValue: 'FILE',
      helpGroup: 'REPORTS',
    }),
    prom: Flags.string({
      summary: 'write metrics in the text format of Prometheus',
      env: 'NETDRILL_PROM',
      helpValue: 'FILE',
      helpGroup: 'REPORTS',
    }),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Check)
    const {only = [], tag = [], wait, concurrency, nagios, junit, tap, md, prom} = flags
    const request: CheckFlags = {
      files: argv as string[],
      only,
      tags: tag,
      wait,
      maxTime: flags['max-time'],
      passes: flags.passes,
      concurrency,
      failOnFlaky: flags['fail-on-flaky'],
      redact: flags.redact,
      reports: {
        ...(junit === undefined ? {} : {junit}),
        ...(tap === undefined ? {} : {tap}),
        ...(md === undefined ? {} : {md}),
        ...(prom === undefined ? {} : {prom}),
      },
      display: {
        mode: nagios ? 'nagios' : flags.json ? 'json' : flags.jsonl ? 'jsonl' : 'text',
        color: flags.color,
        quiet: flags.quiet,
        verbose: flags.verbose,
      },
      warn: (problem) =>
        this.tell(renderProblem(problem, problem.code === 'CONFIG_EMPTY' ? 'warning' : 'error')),
    }
    this.end((await checkDocuments(request, openPorts(flags.seed))) as ExitCode)
  }

  /** A monitor reads the line, and takes exit code 2 for a critical service. */
  override async catch(error: Error & {oclif?: {exit?: number}}): Promise<never> {
    if (!this.argv.includes('--nagios') || !isUserError(error)) return super.catch(error)
    const [problem] = error.problems
    const place = problem?.position ? `${problem.position.file}:${problem.position.line}: ` : ''
    this.print(`NETDRILL UNKNOWN - ${place}${(problem?.message ?? error.message).replaceAll('|', '/')}`)
    throw new Errors.ExitError(NAGIOS_UNKNOWN)
  }
}
