import {Flags} from '@oclif/core'
import {exitOfClosed, haltFaults} from '../../app/fault-operations.ts'
import {openPorts} from '../../app/ports.ts'
import {faultJson, renderClosed} from '../../reporters/fault.ts'
import {BaseCommand} from '../_base.ts'
import {onFlag, runThere} from '../_on-host.ts'

export default class FaultHalt extends BaseCommand {
  static override summary = 'stop all faults now and refuse new ones until fault release'
  static override description = `Exit codes: 0 halted and everything undone, 5 halted, but something is left.`
  static override examples = ['<%= config.bin %> fault halt --reason "real outage"']
  static override flags = {
    ...onFlag,
    reason: Flags.string({
      summary: 'shown to everyone whose fault is refused',
      required: true,
      env: 'NETDRILL_REASON',
      helpValue: 'TEXT',
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(FaultHalt)
    if (flags.on !== undefined) return this.end(await runThere(flags.on, this.id, this.argv))
    const closed = await haltFaults(flags.reason, openPorts(flags.seed))
    const text = `${renderClosed(closed, 'no faults were in force')}\nhalted: new faults are refused until netdrill fault release`
    this.print(flags.json ? faultJson('halt', {halted: true, reason: flags.reason, faults: closed}) : text)
    this.end(exitOfClosed(closed))
  }
}
