import {Args, Flags} from '@oclif/core'
import {downLabs} from '../../app/lab-down.ts'
import {openPorts} from '../../app/ports.ts'
import {labJson} from '../../reporters/lab.ts'
import {BaseCommand} from '../_base.ts'

export default class LabDown extends BaseCommand {
  static override summary = 'take a lab down'
  static override description =
    'Ends its servers, commands and namespaces. The only lab that is up needs no name.'
  static override examples = [
    '<%= config.bin %> lab down',
    '<%= config.bin %> lab down office',
    '<%= config.bin %> lab down --all',
  ]
  static override args = {lab: Args.string({description: 'its name'})}
  static override flags = {all: Flags.boolean({summary: 'every lab that is up'})}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(LabDown)
    const labs = await downLabs({name: args.lab ?? null, all: flags.all}, openPorts(flags.seed))
    const lines = labs.map(({name}) => `lab ${name} is down`)
    this.print(flags.json ? labJson(labs) : lines.length === 0 ? 'no lab is up' : lines.join('\n'))
  }
}
