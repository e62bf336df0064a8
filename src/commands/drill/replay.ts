import {Args, Flags} from '@oclif/core'
import {parseSpeed, replayDrill} from '../../app/drill-replay.ts'
import {openPorts} from '../../app/ports.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {BaseCommand} from '../_base.ts'

export default class DrillReplay extends BaseCommand {
  static override summary = 'show a recorded drill again from its journal'
  static override description = `On a terminal the live view runs again at the pace of the drill (q twice ends it), elsewhere lines are printed at
once; then comes the closing summary. Nothing is probed or broken. The journal of a run that was killed is replayed as
far as it goes, and you are told so.

Exit codes: 0 replayed (whatever the verdict was), 2 no such journal.`
  static override examples = [
    '<%= config.bin %> drill replay latest',
    '<%= config.bin %> drill replay run.jsonl --speed 4',
    '<%= config.bin %> drill replay run.jsonl --speed max --plain',
  ]
  static override args = {
    journal: Args.string({description: 'a journal, the name of a run, or "latest"', required: true}),
  }
  static override flags = {
    speed: Flags.string({
      summary: 'how many times faster than it happened, or max for no waiting at all (lines only)',
      env: 'NETDRILL_SPEED',
      helpValue: 'N|max',
    }),
    plain: Flags.boolean({summary: 'print lines, even on a terminal', env: 'NETDRILL_PLAIN'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DrillReplay)
    const display = flags.json ? 'json' : flags.jsonl ? 'jsonl' : flags.plain ? 'lines' : 'auto'
    const speed = flags.speed === undefined ? null : parseSpeed(flags.speed)
    const {color, quiet} = flags
    const request = {journal: args.journal, display, color, quiet, speed} as const
    const {remarks} = await replayDrill(request, openPorts(flags.seed))
    for (const remark of remarks) this.tell(remark)
    this.end(EXIT.pass)
  }
}
