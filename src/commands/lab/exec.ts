import {Args} from '@oclif/core'
import {execInLab} from '../../app/lab-exec.ts'
import {openPorts} from '../../app/ports.ts'
import {BaseCommand} from '../_base.ts'

export default class LabExec extends BaseCommand {
  static override summary = 'run a command, or a shell, inside a node of a lab'
  static override description = `Only the network is that of the node (and resolv.conf, where the node has its own): files, user and processes are
yours. In the arguments {server} stands for its address and port, {node} for its address. Ends with the exit code of
the command.`
  static override examples = [
    {description: 'A shell', command: '<%= config.bin %> lab exec client'},
    {
      description: 'A probe from one node to a server of another',
      command: '<%= config.bin %> lab exec client -- <%= config.bin %> probe tcp {api}',
    },
    {
      description: 'One of several labs',
      command: '<%= config.bin %> lab exec office/router -- ip route',
    },
  ]
  static override strict = false
  static override args = {node: Args.string({description: 'NODE, or LAB/NODE', required: true})}

  async run(): Promise<void> {
    const {args, argv, flags} = await this.parse(LabExec)
    const words = (argv as string[]).slice(1)
    process.exitCode = await execInLab({where: args.node, words}, openPorts(flags.seed))
  }
}
