import {Args, Flags} from '@oclif/core'
import {CA_FLAG} from '../_network-flags.ts'
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
      description: 'Is a change everywhere? Fails and names the resolver that says something else',
      command:
        '<%= config.bin %> probe dns example.org --type SOA --server 192.0.2.53 --server 198.51.100.53 --compare',
    },
    {
      description: 'Over HTTPS, with the state of DNSSEC',
      command: '<%= config.bin %> probe dns example.org --server 192.0.2.53 --doh --dnssec',
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
      summary: 'the resolver to ask, ADDRESS or ADDRESS:PORT; several are asked in their order',
      env: 'NETDRILL_SERVER',
      helpValue: 'ADDRESS',
      multiple: true,
      multipleNonGreedy: true,
    }),
    compare: Flags.boolean({
      summary: 'ask all of the servers, and fail when they disagree',
      env: 'NETDRILL_COMPARE',
      dependsOn: ['server'],
    }),
    type: Flags.string({summary: 'record type, such as AAAA, MX or TYPE65', env: 'NETDRILL_TYPE'}),
    class: Flags.string({summary: 'class, such as IN or CH', env: 'NETDRILL_CLASS'}),
    tcp: Flags.boolean({summary: 'ask over TCP', env: 'NETDRILL_TCP', exclusive: ['dot', 'doh']}),
    dot: Flags.boolean({summary: 'ask over TLS, port 853', env: 'NETDRILL_DOT', exclusive: ['doh']}),
    doh: Flags.boolean({summary: 'ask over HTTPS, port 443', env: 'NETDRILL_DOH'}),
    'doh-path': Flags.string({
      summary: 'path of the HTTPS resolver (by default /dns-query)',
      env: 'NETDRILL_DOH_PATH',
      helpValue: 'PATH',
      dependsOn: ['doh'],
    }),
    'doh-method': Flags.option({options: ['get', 'post'] as const, dependsOn: ['doh']})({
      summary: 'how the HTTPS resolver is asked (by default post)',
      env: 'NETDRILL_DOH_METHOD',
    }),
    sni: Flags.string({
      summary: 'name to send to a TLS resolver and to compare its certificate with',
      env: 'NETDRILL_SNI',
      helpValue: 'NAME',
    }),
    ...CA_FLAG,
    insecure: Flags.boolean({
      summary: "do not fail because of a TLS resolver's certificate",
      env: 'NETDRILL_INSECURE',
    }),
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
    dnssec: Flags.boolean({
      summary: 'show signatures, and tell a broken zone from a resolver that failed',
      env: 'NETDRILL_DNSSEC',
    }),
    subnet: Flags.string({
      summary: 'ask as if from this network (EDNS client subnet)',
      env: 'NETDRILL_SUBNET',
      helpValue: 'NETWORK',
    }),
    nsid: Flags.boolean({summary: 'ask the server for its own name', env: 'NETDRILL_NSID'}),
    cookie: Flags.boolean({
      summary: 'send a DNS cookie, and show that of the server',
      env: 'NETDRILL_COOKIE',
    }),
    cd: Flags.boolean({summary: 'ask without DNSSEC validation', env: 'NETDRILL_CD'}),
  }
  protected override readonly kind = 'dns'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeDns)
    const {server: servers = [], type, recurse, edns, subnet, ca, sni} = flags
    // A single one may be a name: it becomes a part of the target.
    const [server] = servers.length === 1 && !flags.compare ? servers : []
    const options = {
      type,
      class: flags.class,
      transport: transportOf(flags),
      rd: recurse,
      edns,
      subnet,
      doh_path: flags['doh-path'],
      doh_method: flags['doh-method'],
      sni,
      ca,
      servers: server === undefined && servers.length > 0 ? servers : undefined,
      ...wantedOf(flags),
      ...(flags.insecure ? {verify: false} : {}),
    }
    await this.probe(flags, {target: args.target, server, options})
  }
}

const WANTED = ['do', 'cd', 'dnssec', 'nsid', 'cookie', 'compare'] as const

/** Only what was asked for: a URL or a default may say the rest. */
function wantedOf(flags: Readonly<Record<(typeof WANTED)[number], boolean>>): Readonly<Record<string, true>> {
  return Object.fromEntries(WANTED.filter((name) => flags[name]).map((name) => [name, true] as const))
}

function transportOf({tcp, dot, doh}: {tcp: boolean; dot: boolean; doh: boolean}): string | undefined {
  if (dot) return 'dot'
  if (doh) return 'doh'
  return tcp ? 'tcp' : undefined
}
