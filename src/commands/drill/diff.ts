import {Args} from '@oclif/core'
import {describeDiff, diffJournals, exitOfDiff} from '../../app/drill-diff.ts'
import {openPorts} from '../../app/ports.ts'
import {toJsonDocument} from '../../core/json.ts'
import {BaseCommand} from '../_base.ts'

export default class DrillDiff extends BaseCommand {
  static override summary = 'compare two runs of a drill: before and after a change'
  static override description = `Verdict, expectations and figures side by side. A figure counts as changed when the ranges in which the true values
lie don't touch; counts and shares get the range that chance alone gives them. Where a run proves nothing
(inconclusive, aborted, crashed), its figures are shown but not judged.

Exit codes: 0 not worse, 1 something got worse, 2 no such journal, 3 not worse, but the run after proves nothing.`
  static override examples = [
    '<%= config.bin %> drill diff before.jsonl after.jsonl',
    '<%= config.bin %> drill diff before.jsonl latest --json',
  ]
  static override args = {
    before: Args.string({
      description: 'journal of the run before: a file or the name of a run',
      required: true,
    }),
    after: Args.string({description: 'journal of the run after; "latest" is the newest one', required: true}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DrillDiff)
    const diff = await diffJournals(args.before, args.after, openPorts(flags.seed))
    this.print(flags.json ? toJsonDocument(diff) : describeDiff(diff, {color: flags.color}))
    this.end(exitOfDiff(diff))
  }
}
