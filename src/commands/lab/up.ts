import {Args, Flags} from '@oclif/core'
import {watchInterrupt} from '../../app/interrupt.ts'
import {findLabSource, upInBackground} from '../../app/lab-up.ts'
import {openPorts} from '../../app/ports.ts'
import {readDurationFlag} from '../../app/read-duration.ts'
import {UserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {labJson, renderLab} from '../../reporters/lab.ts'
import {chooseStyle} from '../../reporters/style.ts'
import {systemLook} from '../../app/look.ts'
import {BaseCommand} from '../_base.ts'

export default class LabUp extends BaseCommand {
  static override summary = 'build the lab of a document or a bundled drill, and keep it'
  static override description = `Nodes are network namespaces, so nothing of this machine is touched, and no rights are needed where the kernel lets
users make them. The lab is kept by a process of its own until lab down, until --for is over, or until that process
ends, however it does: nothing is left behind.`
  static override examples = [
    {
      description: 'The lab of ./netdrill.yaml, a command in one of its nodes, and its end',
      command: '<%= config.bin %> lab up',
    },
    {
      description: 'The lab of a bundled drill, for an hour at most',
      command: '<%= config.bin %> lab up partition --for 1h',
    },
    {
      description: 'In this terminal, until Ctrl-C',
      command: '<%= config.bin %> lab up lab.yaml --name office --foreground',
    },
  ]
  static override args = {
    file: Args.string({description: 'a document, or the name of a bundled drill', default: 'netdrill.yaml'}),
  }
  static override flags = {
    name: Flags.string({
      summary: 'how the lab is called; after its document by default',
      env: 'NETDRILL_NAME',
    }),
    for: Flags.string({
      summary: 'when it goes by itself, such as 1h',
      env: 'NETDRILL_FOR',
      helpValue: 'TIME',
    }),
    carry: Flags.boolean({
      summary:
        'netdrill carries every link itself, so that any can be delayed, lose or reorder packets later',
      env: 'NETDRILL_CARRY',
      default: false,
    }),
    foreground: Flags.boolean({summary: 'keep it in this process, until Ctrl-C', env: 'NETDRILL_FOREGROUND'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(LabUp)
    const ports = openPorts(flags.seed)
    const lasts = flags.for === undefined ? null : readDurationFlag('--for', flags.for)
    // Mistakes in the document are told before anything is started.
    const source = await findLabSource(args.file, flags.name ?? null, ports)
    const look = systemLook(flags)
    const show = (view: Parameters<typeof renderLab>[0]): void => {
      this.print(flags.json ? labJson([view]) : renderLab(view, look.columns, chooseStyle(look.color)))
    }
    if (!flags.foreground) {
      const given = [
        args.file,
        '--name',
        source.name,
        ...(flags.for === undefined ? [] : ['--for', flags.for]),
        ...(flags.carry ? ['--carry'] : []),
      ]
      const seed = flags.seed === undefined ? [] : ['--seed', String(flags.seed)]
      show(await upInBackground([...given, ...seed, '--foreground', '--json']))
      return
    }
    const {keepLab} = await import('../../app/lab-keep.ts')
    const interrupt = watchInterrupt()
    try {
      const {carryAll} = await import('../../lab/emulated-links/carry-all.ts')
      const spec = flags.carry ? carryAll(source.spec) : source.spec
      const end = await keepLab({...source, spec, lasts, signal: interrupt.signal, onUp: show}, ports)
      if (end.how === 'lost') {
        throw new UserError(
          {code: 'LAB_LOST', message: `the lab lost ${end.what}, and was taken down`},
          EXIT.aborted,
        )
      }
    } finally {
      interrupt.forget()
    }
  }
}
