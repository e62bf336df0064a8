import {Args} from '@oclif/core'
import {readDrillText} from '../../app/find-drill.ts'
import {openPorts} from '../../app/ports.ts'
import {BaseCommand} from '../_base.ts'

export default class DrillShow extends BaseCommand {
  static override summary = 'print the document of a drill, to read it or to start an own one from it'
  static override examples = [
    '<%= config.bin %> drill show demo',
    '<%= config.bin %> drill show partition > my-drill.yaml',
  ]
  static override args = {
    drill: Args.string({description: 'name of a bundled drill, or a file', required: true}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DrillShow)
    const {name, file, text} = await readDrillText(args.drill, openPorts(flags.seed))
    this.print(
      flags.json ? JSON.stringify({schema: 'netdrill/drill-text/1', name, file, text}, null, 2) : text,
    )
  }
}
