import {releaseFaults} from '../../app/fault-operations.ts'
import {openPorts} from '../../app/ports.ts'
import {faultJson} from '../../reporters/fault.ts'
import {BaseCommand} from '../_base.ts'
import {onFlag, runThere} from '../_on-host.ts'

export default class FaultRelease extends BaseCommand {
  static override summary = 'allow faults again after fault halt'
  static override examples = ['<%= config.bin %> fault release']
  static override flags = onFlag

  async run(): Promise<void> {
    const {flags} = await this.parse(FaultRelease)
    if (flags.on !== undefined) return this.end(await runThere(flags.on, this.id, this.argv))
    const released = await releaseFaults(openPorts(flags.seed))
    const text = released ? 'released: faults are allowed again' : 'faults were not halted'
    this.print(flags.json ? faultJson('halt', {halted: false, released}) : text)
  }
}
