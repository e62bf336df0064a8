import {Args} from '@oclif/core'
import {type Shell, SHELLS, completionScript} from '../app/completion.ts'
import {BaseCommand} from './_base.ts'

export default class Completion extends BaseCommand {
  static override summary = 'print a script that completes netdrill in your shell'
  static override description = `Completes commands, flags, and what they take: drills, policies, faults, codes and files. The script is whole: nothing
is written, and netdrill is not started when you press the tabulator. Print it again after an update.

    bash   netdrill completion bash > ~/.local/share/bash-completion/completions/netdrill
    zsh    netdrill completion zsh > ~/.zfunc/_netdrill      # ~/.zfunc in $fpath, before compinit
    fish   netdrill completion fish > ~/.config/fish/completions/netdrill.fish`
  static override examples = [
    '<%= config.bin %> completion bash',
    {description: 'For this session only', command: 'eval "$(<%= config.bin %> completion bash)"'},
  ]
  static override args = {
    shell: Args.string({description: 'bash, zsh or fish', required: true, options: Object.keys(SHELLS)}),
  }

  async run(): Promise<void> {
    const {args} = await this.parse(Completion)
    const {bin, commands, topics} = this.config
    this.print(await completionScript(args.shell as Shell, {bin, commands, topics}))
  }
}
