import {Args, Flags} from '@oclif/core'
import {explain} from '../app/explain.ts'
import {UserError} from '../core/errors.ts'
import {BaseCommand} from './_base.ts'

export default class Explain extends BaseCommand {
  static override summary = 'a failure code, problem code or exit code in plain words'
  static override description =
    'Tells what was observed, at which stage, whose fault it most likely is, how a policy treats it, and what to do next.'
  static override examples = [
    '<%= config.bin %> explain TCP_REFUSED',
    {description: 'An exit code', command: '<%= config.bin %> explain 3'},
    {description: 'All codes that begin so', command: '<%= config.bin %> explain tls'},
    '<%= config.bin %> explain --list',
  ]
  static override args = {code: Args.string({description: 'a code, in any spelling'})}
  static override flags = {
    list: Flags.boolean({char: 'l', summary: 'all codes', env: 'NETDRILL_LIST'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Explain)
    if (args.code === undefined && !flags.list) {
      throw new UserError({
        code: 'USAGE_INVALID',
        message: 'which code?',
        advice: ['such as netdrill explain TCP_REFUSED', 'netdrill explain --list shows all of them'],
      })
    }
    const json = flags.json || flags.jsonl
    this.print(explain(args.code ?? null, {json, color: flags.color}))
  }
}
