import {exitOfClosed, recoverFaults} from '../../app/fault-operations.ts'
import {openPorts} from '../../app/ports.ts'
import {faultJson, renderClosed} from '../../reporters/fault.ts'
import {BaseCommand} from '../_base.ts'
import {onFlag, runThere} from '../_on-host.ts'

export default class FaultRecover extends BaseCommand {
  static override summary = 'finish the undo of faults whose process and guard are gone'
  static override description = `Reads the ledger; faults that somebody still keeps are left alone. Calling it again does nothing.

Exit codes: 0 undone or nothing to do, 5 something is left.`
  static override examples = ['<%= config.bin %> fault recover']
  static override flags = onFlag

  async run(): Promise<void> {
    const {flags} = await this.parse(FaultRecover)
    if (flags.on !== undefined) return this.end(await runThere(flags.on, this.id, this.argv))
    const closed = await recoverFaults(openPorts(flags.seed))
    this.print(flags.json ? faultJson('closed', {faults: closed}) : renderClosed(closed, 'nothing to do'))
    this.end(exitOfClosed(closed))
  }
}
