import {listFaults} from '../../app/fault-operations.ts'
import {openPorts} from '../../app/ports.ts'
import {faultJson, renderFaultList} from '../../reporters/fault.ts'
import {BaseCommand} from '../_base.ts'
import {onFlag, runThere} from '../_on-host.ts'

export default class FaultList extends BaseCommand {
  static override summary = 'show the faults in force, who keeps them and how long they last'
  static override examples = ['<%= config.bin %> fault list', '<%= config.bin %> fault list --json']
  static override flags = onFlag

  async run(): Promise<void> {
    const {flags} = await this.parse(FaultList)
    if (flags.on !== undefined) return this.end(await runThere(flags.on, this.id, this.argv))
    const view = await listFaults(openPorts(flags.seed))
    this.print(flags.json ? faultJson('list', view) : renderFaultList(view))
  }
}
