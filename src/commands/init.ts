import {Args, Flags} from '@oclif/core'
import {writeStarter} from '../app/init.ts'
import {BaseCommand} from './_base.ts'

export default class Init extends BaseCommand {
  static override summary = 'write a document to start with'
  static override description =
    'The document is commented and passes as it is. A file that is there already is left alone.'
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init network.yaml']
  static override args = {
    file: Args.string({description: 'where to write it; - for standard output', default: 'netdrill.yaml'}),
  }
  static override flags = {
    force: Flags.boolean({summary: 'replace a file that is there already', env: 'NETDRILL_FORCE'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Init)
    const text = await writeStarter(args.file, {force: flags.force})
    if (args.file === '-') this.print(text)
    else if (flags.json) this.print(JSON.stringify({schema: 'netdrill/init/1', file: args.file}))
    else if (!flags.quiet)
      this.print(`${args.file} is written; netdrill check${argument(args.file)} checks it`)
  }
}

function argument(file: string): string {
  return file === 'netdrill.yaml' ? '' : ` ${file}`
}
