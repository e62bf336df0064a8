import {listDrills} from '../../app/list-drills.ts'
import {systemLook} from '../../app/look.ts'
import {openPorts} from '../../app/ports.ts'
import {foldLine} from '../../reporters/fold-line.ts'
import {BaseCommand} from '../_base.ts'

export default class DrillList extends BaseCommand {
  static override summary = 'list the bundled drills and whether they run here'
  static override examples = ['<%= config.bin %> drill list', '<%= config.bin %> drill list --json']

  async run(): Promise<void> {
    const {flags} = await this.parse(DrillList)
    const drills = await listDrills(openPorts(flags.seed))
    if (flags.json) {
      this.print(JSON.stringify({schema: 'netdrill/drill-list/1', drills}, null, 2))
      return
    }
    const {foldAt} = systemLook(flags)
    const show = (line: string): void => this.print(foldLine(line, foldAt).join('\n'))
    const width = Math.max(...drills.map((drill) => drill.name.length))
    for (const [index, {name, topic, summary, runs, impairs, missing}] of drills.entries()) {
      if (drills[index - 1]?.topic !== topic) {
        if (index > 0) this.print('')
        show(topic)
      }
      show(`${name.padEnd(width)}  ${runs ? 'runs here ' : 'not here  '}  ${summary}`)
      if (runs && impairs === 'netdrill')
        show(`${' '.repeat(width)}  no netem here: netdrill carries the packets of its links itself`)
      for (const {capability, found} of missing) show(`${' '.repeat(width)}  missing ${capability}: ${found}`)
    }
    this.tell(`\nRun one with: netdrill drill run ${drills.find((drill) => drill.runs)?.name ?? 'demo'}`)
  }
}
