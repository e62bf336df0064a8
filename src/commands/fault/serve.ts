import {UserError} from '../../core/errors.ts'
import {openPorts} from '../../app/ports.ts'
import {serveFaultsToCaller} from '../../app/serve-faults.ts'
import {BaseCommand} from '../_base.ts'

export default class FaultServe extends BaseCommand {
  static override summary = 'obey a netdrill on another host over standard input; ssh starts it'
  static override hidden = true

  async run(): Promise<void> {
    await this.parse(FaultServe)
    if (process.stdin.isTTY) {
      throw new UserError({
        code: 'USAGE_INVALID',
        message: 'fault serve is started by the netdrill on another host, over ssh, and not by hand',
        advice: ['there: netdrill fault apply --file FILE#NAME, where the fault has on: ssh://USER@HOST'],
      })
    }
    await serveFaultsToCaller(openPorts())
  }
}
