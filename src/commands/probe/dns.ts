import {Args, Flags} from '@oclif/core'
import {EXIT_TEXT, ProbeCommand, sharedFlags} from './_probe.ts'

export default class ProbeDns extends ProbeCommand {
  static override summary = 'ask a resolver: rcode, flags, TTL and every section'
  static override description = `Asks the resolvers of /etc/resolv.conf in their order, or the one given with --server. The name is asked as it is: search domains are not applied.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe dns example.org',
    {
      description: 'Another record of another resolver',
      command: '<%= config.bin %> probe dns example.org --type MX --server 192.0.2.53',
    },
    {
      description: 'As a URL, with conditions',
      command:
        '<%= config.bin %> probe dns "dns://192.0.2.53/example.org?type=AAAA" -e "dns.rcode == NOERROR" -e "dns.ttl >= 60s"',
    },
  ]
  static override args = {
    target: Args.string({
      name: 'name',
      description: 'a name (or an address, for its PTR record), or a dns:// URL',
      required: true,
    }),
  }
  static override flags = {
    ...sharedFlags(1),
    server: Flags.string({
      summary: 'the resolver to ask, ADDRESS or ADDRESS:PORT',
      env: 'NETDRILL_SERVER',
      helpValue: 'ADDRESS',
    }),
    type: Flags.string({summary: 'record type, such as AAAA, MX or TYPE65', env: 'NETDRILL_TYPE'}),
    class: Flags.string({summary: 'class, such as IN or CH', env: 'NETDRILL_CLASS'}),
    tcp: Flags.boolean({summary: 'ask over TCP', env: 'NETDRILL_TCP'}),
    recurse: Flags.boolean({
      summary: 'ask for recursion (the default)',
      env: 'NETDRILL_RECURSE',
      allowNo: true,
    }),
    edns: Flags.string({
      summary: 'the size of UDP answers to offer (by default 1232B); 0B asks without EDNS',
      env: 'NETDRILL_EDNS',
      helpValue: 'SIZE',
    }),
    do: Flags.boolean({summary: 'ask for DNSSEC records', env: 'NETDRILL_DO'}),
    cd: Flags.boolean({summary: 'ask without DNSSEC validation', env: 'NETDRILL_CD'}),
  }
  protected override readonly kind = 'dns'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeDns)
    const {server, type, recurse, edns} = flags
    const options = {
      type,
      class: flags.class,
      transport: flags.tcp ? 'tcp' : undefined,
      rd: recurse,
      edns,
      do: flags.do || undefined,
      cd: flags.cd || undefined,
    }
    await this.probe(flags, {target: args.target, server, options})
  }
}
