import {Args, Flags} from '@oclif/core'
import {clearFaults, exitOfClosed} from '../../app/fault-operations.ts'
import {openPorts} from '../../app/ports.ts'
import {UserError} from '../../core/errors.ts'
import {faultJson, renderClosed} from '../../reporters/fault.ts'
import {BaseCommand} from '../_base.ts'
import {onFlag, runThere} from '../_on-host.ts'

export default class FaultClear extends BaseCommand {
  static override summary = 'end a fault before its time, whoever keeps it'
  static override description = `Exit codes: 0 undone, 2 no such fault, 5 something is left.`
  static override examples = ['<%= config.bin %> fault clear f3k9x2a1', '<%= config.bin %> fault clear --all']
  static override args = {
    id: Args.string({description: 'as shown by fault list'}),
  }
  static override flags = {
    ...onFlag,
    all: Flags.boolean({summary: 'end all faults', env: 'NETDRILL_ALL', default: false}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(FaultClear)
    if (flags.on !== undefined) return this.end(await runThere(flags.on, this.id, this.argv))
    if ((args.id === undefined) !== flags.all) {
      throw new UserError({
        code: 'USAGE_INVALID',
        message: 'say which fault to end: its id, or --all, and not both',
        advice: ['netdrill fault list shows the ids'],
      })
    }
    const closed = await clearFaults(args.id === undefined ? [] : [args.id], openPorts(flags.seed))
    this.print(
      flags.json ? faultJson('closed', {faults: closed}) : renderClosed(closed, 'no faults in force'),
    )
    this.end(exitOfClosed(closed))
  }
}
