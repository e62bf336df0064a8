import {livingLabs} from '../../app/lab-records.ts'
import {systemLook} from '../../app/look.ts'
import {openPorts} from '../../app/ports.ts'
import {labJson, renderLabs} from '../../reporters/lab.ts'
import {chooseStyle} from '../../reporters/style.ts'
import {BaseCommand} from '../_base.ts'

export default class LabList extends BaseCommand {
  static override summary = 'show the labs that are up, with their nodes, servers and addresses'
  static override examples = ['<%= config.bin %> lab list', '<%= config.bin %> lab list --json']

  async run(): Promise<void> {
    const {flags} = await this.parse(LabList)
    const labs = (await livingLabs(openPorts(flags.seed))).map(({view}) => view)
    const look = systemLook(flags)
    this.print(flags.json ? labJson(labs) : renderLabs(labs, look.columns, chooseStyle(look.color)))
  }
}
