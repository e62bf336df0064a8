import {Args, Flags} from '@oclif/core'
import {BaseCommand} from './_base.ts'

export default class Bundle extends BaseCommand {
  static override summary =
    'gather everything a colleague needs to look into a problem, made fit to be shared'
  static override description = `Writes one private archive (.tar.gz) with links, addresses, routes, filters, bonds, MPTCP, sockets, resolvers, counters, what the kernel and the network services said, the latest runs with their failures, faults and marks, and the documents that you name. INDEX.md in it lists every piece, and why others are missing. Only reads; more is there for root.

Addresses get other names, the same one everywhere; secrets that the documents refer to, and what looks like a secret, are taken out. Names of hosts stay: look at it before you share it.`
  static override examples = [
    '<%= config.bin %> bundle',
    {description: 'See what would be inside', command: '<%= config.bin %> bundle --list'},
    {
      description: 'With a document and one run',
      command: '<%= config.bin %> bundle netdrill.yaml latest --output problem.tar.gz',
    },
  ]
  static override strict = false
  static override args = {
    names: Args.string({
      description: 'documents, journals, names of runs; the three latest runs when none is named',
    }),
  }
  static override flags = {
    output: Flags.string({
      char: 'o',
      summary: 'where to write the archive; a name with the time when nothing is said',
      env: 'NETDRILL_OUTPUT',
      helpValue: 'FILE',
    }),
    list: Flags.boolean({summary: 'show what would be in it, write nothing', env: 'NETDRILL_LIST'}),
    'keep-addresses': Flags.boolean({
      summary: 'leave addresses as they are, for colleagues who may see them',
      env: 'NETDRILL_KEEP_ADDRESSES',
    }),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Bundle)
    const {runBundle} = await import('../app/bundle-run.ts')
    const {output, list, json, color, quiet, verbose} = flags
    const request = {names: argv.map(String), output, list, keepAddresses: flags['keep-addresses']}
    const text = await runBundle(request, {json, color, quiet, verbose})
    this.print(text)
  }
}
