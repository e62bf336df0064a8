import {Args, Flags} from '@oclif/core'
import {openPorts} from '../app/ports.ts'
import {CA_FLAG, PLACE_FLAGS} from './_network-flags.ts'
import {BaseCommand} from './_base.ts'

export default class Diagnose extends BaseCommand {
  static override summary = 'find out which layer fails, why, and what to do next'
  static override description = `Walks from this machine to the target: link and addresses, resolvers and name, route and gateway, ping and path MTU, TCP at each address, TLS, HTTP. Names the one cause with its evidence, what it is not, and the next step; what only follows from the cause is left out. Needs no rights: what could not be looked at is said.

A target is a URL (https, http, tls, tcp, dns, ping), host:port, or a host, which is pinged.

Exit codes: 0 nothing wrong, 1 cause found, 2 mistake in the command line, 3 inconclusive, 130 or 143 interrupted.`
  static override examples = [
    '<%= config.bin %> diagnose https://example.org/health',
    '<%= config.bin %> diagnose example.org:22',
    {
      description: 'Over one of several links, with a root of your own',
      command: '<%= config.bin %> diagnose https://intranet.example --interface eth1 --ca root.pem',
    },
    {
      description: 'A host that should work tells "the target is down" from "the network is down"',
      command: '<%= config.bin %> diagnose tcp://db.example:5432 --control ping://192.0.2.1',
    },
  ]
  static override args = {
    target: Args.string({description: 'a URL, host:port, or a host', required: true}),
  }
  static override flags = {
    timeout: Flags.string({
      char: 't',
      summary: 'how long all of it may take together',
      env: 'NETDRILL_TIMEOUT',
      default: '5s',
      helpValue: 'DURATION',
    }),
    control: Flags.string({
      summary: 'probe this target as well, for comparison; may be repeated',
      env: 'NETDRILL_CONTROL',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'TARGET',
    }),
    ...CA_FLAG,
    ...PLACE_FLAGS,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Diagnose)
    const {runDiagnose} = await import('../app/diagnose.ts')
    const {timeout, json, color, quiet, verbose} = flags
    const family = flags.ipv4 ? 4 : flags.ipv6 ? 6 : 0
    const {source, interface: device, ca = [], control: controls = []} = flags
    const request = {target: args.target, timeout, family, controls, source, interface: device, ca} as const
    await runDiagnose({...request, json, color, quiet, verbose}, openPorts(flags.seed))
  }
}
