import {Flags} from '@oclif/core'
import {viewPlan} from '../../app/fault-views.ts'
import {type ApplyEnd, applyOrder, exitOf} from '../../app/faults.ts'
import {watchInterrupt} from '../../app/interrupt.ts'
import {openPorts} from '../../app/ports.ts'
import {formatDuration} from '../../core/units.ts'
import {faultJson} from '../../reporters/fault.ts'
import {BaseCommand} from '../_base.ts'
import {faultArgs, orderFlags, orderOf} from '../_fault-flags.ts'
import {runThere} from '../_on-host.ts'

export default class FaultApply extends BaseCommand {
  static override summary = 'put one fault in force for a limited time'
  static override description = `Stays in the foreground, and undoes the fault when its time is over or at Ctrl-C. A detached guard undoes it if this
process dies; the kernel ends it if that dies too. With --detach the guard keeps it and the command returns.

Exit codes: 0 over and undone, 2 mistake in the request, 3 it had no effect, 4 ended early and undone, 5 something is
left, 6 this machine lacks something, 7 refused for safety.`
  static override examples = [
    '<%= config.bin %> fault apply partition --to 10.0.0.2 --port 443 --for 30s',
    '<%= config.bin %> fault apply rate --rate 1mbit --to 10.0.0.2 --for 5m --detach',
    '<%= config.bin %> fault apply proxy --proxy 127.0.0.1:8443=10.0.0.2:443 --reset --for 1m',
    '<%= config.bin %> fault apply proxy --proxy 127.0.0.1:8443=10.0.0.2:443 --toxic slicer=100,delay=1ms --for 1m',
    '<%= config.bin %> fault apply tls-front --proxy 127.0.0.1:8443=10.0.0.2:443 --set certificate=expired --for 1m',
  ]
  static override args = faultArgs
  static override flags = {
    ...orderFlags,
    for: Flags.string({
      summary: 'how long it lasts, at most 1h',
      required: true,
      helpValue: 'DURATION',
      env: 'NETDRILL_FOR',
    }),
    detach: Flags.boolean({
      summary: 'leave it to the guard and return',
      env: 'NETDRILL_DETACH',
      default: false,
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(FaultApply)
    if (flags.on !== undefined && flags.file === undefined)
      return this.end(await runThere(flags.on, this.id, this.argv))
    const order = orderOf(args.kind, flags, flags.for)
    const interrupt = watchInterrupt()
    const say = (line: string): void => {
      if (!flags.quiet) this.tell(line)
    }
    try {
      const end = await applyOrder(
        order,
        {
          detach: flags.detach,
          signal: interrupt.signal,
          tell: {
            planned: (plan) => {
              say(`${plan.summary} (${plan.backend}: ${plan.because})`)
              for (const warning of plan.warnings) say(`warning: ${warning}`)
            },
            inForce: (fault, proxy) => {
              say(`in force after ${formatDuration(fault.took)}: ${fault.readback}`)
              if (proxy) say(`clients have to connect to ${proxy.listens}`)
              if (proxy && proxy.caFile !== null)
                say(`with TLS they have to trust the authority in ${proxy.caFile}, until the fault is over`)
            },
            left: (left) => {
              if (process.stderr.isTTY && !flags.quiet)
                process.stderr.write(`\r${formatDuration(left)} left   `)
            },
          },
        },
        openPorts(flags.seed),
      )
      if (process.stderr.isTTY && !flags.quiet) process.stderr.write('\n')
      this.print(flags.json ? faultJson('applied', jsonOf(end)) : sentenceOf(end))
      this.end(exitOf(end))
    } finally {
      interrupt.forget()
    }
  }
}

function jsonOf(end: ApplyEnd): object {
  const {fault, ...rest} = end
  const {readback, asAsked, took} = fault
  const {summary, backend, lasts} = viewPlan(fault.plan)
  return {...rest, summary, backend, lasts, applied: {took, readback, as_asked: asAsked}, exit: exitOf(end)}
}

const HOW = {
  over: 'its time is over',
  interrupted: 'interrupted',
  cleared: 'cleared from another shell',
  halted: 'all faults were halted',
  lost: 'the connection to the host was lost',
} as const

function sentenceOf(end: ApplyEnd): string {
  if (end.how === 'detached') return end.id
  if (end.restored)
    return `${end.id}: ${HOW[end.how]}; undone in ${formatDuration(end.took)}, as it was before`
  return [
    `${end.id}: ${HOW[end.how]}; not undone completely:`,
    ...end.differences.map((line) => `  ${line}`),
  ].join('\n')
}
