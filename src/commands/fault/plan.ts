import {Flags} from '@oclif/core'
import {viewPlan} from '../../app/fault-views.ts'
import {planOrder} from '../../app/faults.ts'
import {openPorts} from '../../app/ports.ts'
import {faultJson, renderFaultPlan} from '../../reporters/fault.ts'
import {BaseCommand} from '../_base.ts'
import {faultArgs, orderFlags, orderOf} from '../_fault-flags.ts'
import {runThere} from '../_on-host.ts'

export default class FaultPlanCommand extends BaseCommand {
  static override summary = 'show what a fault would do, without doing it'
  static override description = `Prints the exact commands with the reason for each, what is hit and what is not, the effect that probes should
see, and which backend was chosen and why. Nothing is written or changed.

Exit codes: 0 planned, 2 mistake in the request, 6 this machine lacks something, 7 refused for safety.`
  static override examples = [
    '<%= config.bin %> fault plan netem --delay 100ms --jitter 20ms --loss 5% --to 10.0.0.2 --device eth0',
    '<%= config.bin %> fault plan partition --mode reject --to 10.0.0.2 --port 443',
    '<%= config.bin %> fault plan --file netdrill.yaml#slow',
  ]
  static override args = faultArgs
  static override flags = {
    ...orderFlags,
    for: Flags.string({summary: 'how long it would last', default: '1m', helpValue: 'DURATION'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(FaultPlanCommand)
    if (flags.on !== undefined && flags.file === undefined)
      return this.end(await runThere(flags.on, this.id, this.argv))
    const plan = viewPlan(await planOrder(orderOf(args.kind, flags, flags.for), openPorts(flags.seed)))
    this.print(flags.json ? faultJson('plan', plan) : renderFaultPlan(plan))
  }
}
