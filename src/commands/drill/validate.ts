import {Args} from '@oclif/core'
import {findDrill} from '../../app/find-drill.ts'
import {openPorts} from '../../app/ports.ts'
import {formatDuration} from '../../core/units.ts'
import {renderProblem} from '../../reporters/problem.ts'
import {BaseCommand} from '../_base.ts'

export default class DrillValidate extends BaseCommand {
  static override summary = 'check a drill document without running it'
  static override description =
    'Every mistake is shown with file, line and column. Nothing is probed or broken.'
  static override examples = ['<%= config.bin %> drill validate my-drill.yaml']
  static override args = {
    drill: Args.string({description: 'a file, or the name of a bundled drill', required: true}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DrillValidate)
    const {spec, warnings} = await findDrill(args.drill, openPorts(flags.seed))
    const {name, targets, timeline, expect} = spec
    if (flags.json) {
      this.print(
        JSON.stringify({schema: 'netdrill/drill-validation/1', name, valid: true, warnings}, null, 2),
      )
      return
    }
    for (const warning of warnings) this.tell(renderProblem(warning).replace(' error ', ' warning '))
    const end = Math.max(...timeline.map((entry) => entry.at + entry.lasts))
    this.print(
      `${spec.file} is valid: ${targets.length} targets, ${timeline.length} faults within ${formatDuration(end)}, ${expect.length} expectations`,
    )
  }
}
