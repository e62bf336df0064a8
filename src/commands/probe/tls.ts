import {Flags} from '@oclif/core'
import {TLS_FLAGS} from '../_network-flags.ts'
import {STARTTLS_PROTOCOLS} from '../../probes/starttls/protocols.ts'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'

export default class ProbeTls extends ProbeCommand {
  static override summary = 'make a TLS handshake and judge the certificates'
  static override description = `Certificate facts are shown whether or not the chain is trusted. The round trip ends with the handshake. The default port is 443.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe tls example.org',
    {
      description: 'Fail three weeks before the certificate ends',
      command: '<%= config.bin %> probe tls example.org -e "tls.days_left > 21" -e "tls.version == TLSv1.3"',
    },
    {
      description: 'A server with a private issuer, by address',
      command: '<%= config.bin %> probe tls 192.0.2.1:8443 --sni api.internal --ca ca.pem',
    },
    {
      description: 'A mail server that changes to TLS on request',
      command: '<%= config.bin %> probe tls mail.example.org:587 --starttls smtp',
    },
    {
      description: 'Everything the server accepts; fail if anything of it is weak or broken',
      command:
        '<%= config.bin %> probe tls example.org --enumerate -e "tls.enumeration.weakest in [strong, acceptable]"',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(1),
    race: Flags.boolean({
      summary:
        'race several addresses as in RFC 8305 (the default), or with --no-race try one after the other',
      env: 'NETDRILL_RACE',
      allowNo: true,
    }),
    alpn: Flags.string({
      summary: 'application protocols to offer, such as h2,http/1.1',
      env: 'NETDRILL_ALPN',
      helpValue: 'LIST',
    }),
    min: Flags.string({summary: 'the oldest version to accept', env: 'NETDRILL_MIN', helpValue: 'VERSION'}),
    max: Flags.string({summary: 'the newest version to offer', env: 'NETDRILL_MAX', helpValue: 'VERSION'}),
    ...TLS_FLAGS,
    starttls: Flags.option({
      options: STARTTLS_PROTOCOLS,
      summary: 'begin in plain text and ask for TLS in this protocol, on its own default port',
      env: 'NETDRILL_STARTTLS',
      helpValue: 'PROTOCOL',
    })(),
    enumerate: Flags.boolean({
      summary:
        'find out all versions, cipher suites and groups that the server accepts, and how strong they are',
      env: 'NETDRILL_ENUMERATE',
    }),
    resume: Flags.boolean({
      summary: 'connect again and tell whether the session is resumed and what that saves',
      env: 'NETDRILL_RESUME',
    }),
  }
  protected override readonly kind = 'tls'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeTls)
    const {sni, alpn, min, max, ca, cert, key, starttls} = flags
    const options = {
      strategy: flags.race === undefined ? undefined : flags.race ? 'race' : 'order',
      ...{sni, alpn, min, max, ca, cert, key, starttls},
      verify: flags.insecure ? false : undefined,
      resume: flags.resume || undefined,
      enumerate: flags.enumerate || undefined,
    }
    await this.probe(flags, {target: args.target, options})
  }
}
