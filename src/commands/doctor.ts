import {examine} from '../app/doctor.ts'
import {systemLook} from '../app/look.ts'
import {openPorts} from '../app/ports.ts'
import {doctorJson, renderDoctor} from '../reporters/doctor.ts'
import {BaseCommand} from './_base.ts'

export default class Doctor extends BaseCommand {
  static override summary = 'show what this machine can do, what is missing and how to get it'
  static override description = `Qdiscs are tried in a throw-away network namespace; the machine itself is only looked at. Needs no rights.`
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --json']

  async run(): Promise<void> {
    const {flags} = await this.parse(Doctor)
    const view = await examine(openPorts(flags.seed))
    this.print(flags.json ? doctorJson(view) : renderDoctor(view, systemLook(flags).foldAt))
  }
}
