import {Args} from '@oclif/core'
import {findDrill} from '../../app/find-drill.ts'
import {openPorts} from '../../app/ports.ts'
import {formatDuration} from '../../core/units.ts'
import {planTimeline} from '../../scenarios/timeline/plan-timeline.ts'
import {renderProblem} from '../../reporters/problem.ts'
import {BaseCommand} from '../_base.ts'
import {SET_FLAG} from './_set-flag.ts'

export default class DrillValidate extends BaseCommand {
  static override summary = 'check a drill document without running it'
  static override description =
    'Every mistake is shown with file, line and column. Nothing is probed or broken.'
  static override examples = ['<%= config.bin %> drill validate my-drill.yaml']
  static override flags = {set: SET_FLAG}
  static override args = {
    drill: Args.string({description: 'a file, or the name of a bundled drill', required: true}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DrillValidate)
    const {spec, warnings, variables} = await findDrill(args.drill, openPorts(flags.seed), flags.set)
    const {name, targets, timeline, expect} = spec
    if (flags.json) {
      this.print(
        JSON.stringify(
          {schema: 'netdrill/drill-validation/1', name, valid: true, warnings, variables},
          null,
          2,
        ),
      )
      return
    }
    for (const warning of warnings) this.tell(renderProblem(warning, 'warning'))
    const occurrences = planTimeline(timeline, () => 1)
    const end = Math.max(...occurrences.map(({at, lasts}) => at + lasts))
    this.print(
      `${spec.file} is valid: ${targets.length} targets, ${occurrences.length} faults within ${formatDuration(end)}, ${expect.length} expectations`,
    )
    for (const {name: variable, value, type, description} of variables)
      this.print(`--set ${variable}=${value}  ${type}${description === '' ? '' : `: ${description}`}`)
  }
}
