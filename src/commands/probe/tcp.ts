import {Flags} from '@oclif/core'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'
import {unescape} from './_unescape.ts'

export default class ProbeTcp extends ProbeCommand {
  static override summary = 'connect to a TCP port: open, closed, filtered, forbidden or reset'
  static override description = `The round trip is the time of the handshake with the address that won, or with --addresses all of the slowest one.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe tcp example.org:443',
    {
      description: 'Passes as long as a firewall drops the port silently',
      command: '<%= config.bin %> probe tcp 192.0.2.1:23 -t 1s -e filtered',
    },
    {
      description: 'Every address of the name has to accept',
      command: '<%= config.bin %> probe tcp example.org:443 --addresses all',
    },
    {
      description: 'Retry as a policy says, and show every attempt',
      command: '<%= config.bin %> probe tcp example.org:22 --banner --policy tunnel-client',
    },
    {
      description: 'Ping one kept connection of an echo service',
      command: '<%= config.bin %> probe tcp 192.0.2.1:7 --keep -c 10',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(1),
    addresses: Flags.string({
      summary: 'which of several addresses: race (RFC 8305, the default), any, first, or all of them',
      env: 'NETDRILL_ADDRESSES',
      helpValue: 'WHICH',
    }),
    send: Flags.string({
      summary: 'send this text after connecting; it may hold \\r, \\n and \\t',
      env: 'NETDRILL_SEND',
      helpValue: 'TEXT',
    }),
    banner: Flags.boolean({
      summary: "wait for the server's first bytes; silence is then a failure",
      env: 'NETDRILL_BANNER',
    }),
    'expect-banner': Flags.string({
      summary: 'fail unless the first bytes hold this text',
      env: 'NETDRILL_EXPECT_BANNER',
      helpValue: 'TEXT',
    }),
    keep: Flags.boolean({
      summary: 'for an echo service: keep one connection open and ping it with a fresh line per sample',
      env: 'NETDRILL_KEEP',
      exclusive: ['send', 'banner', 'expect-banner', 'hold'],
    }),
    hold: Flags.string({
      summary: 'watch the open connection so long for a reset',
      env: 'NETDRILL_HOLD',
      helpValue: 'DURATION',
    }),
  }
  protected override readonly kind = 'tcp'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeTcp)
    const {hold, send, addresses} = flags
    const options = {
      addresses,
      send: send === undefined ? undefined : unescape(send),
      banner: flags.banner || undefined,
      expect_banner: flags['expect-banner'],
      hold,
      keep: flags.keep || undefined,
    }
    await this.probe(flags, {target: args.target, options})
  }
}
