import {Flags} from '@oclif/core'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'

export default class ProbeStun extends ProbeCommand {
  static override summary = 'ask a STUN server: mapped address, NAT and its mapping, UDP blocked'
  static override description = `Sends a binding request (RFC 8489) and shows the address and port that the server sees. A difference to the local one is a NAT. With --second or --mapping, a second server is asked from the same local port: endpoint-independent mapping is what direct connections between peers need.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe stun stun.example.org',
    {
      description: 'How the NAT maps, and whether UDP is blocked if nothing answers',
      command:
        '<%= config.bin %> probe stun stun.example.org --second stun.example.net:3478 --tcp -e "stun.mapping == endpoint-independent"',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(1),
    second: Flags.string({
      summary: 'ask this server too, HOST or HOST:PORT, and compare what both see',
      env: 'NETDRILL_SECOND',
      helpValue: 'SERVER',
      aliases: ['against'],
      exclusive: ['mapping'],
    }),
    mapping: Flags.boolean({
      summary: "compare with the server's own second address (RFC 5780)",
      env: 'NETDRILL_MAPPING',
    }),
    retransmit: Flags.boolean({
      summary: 'repeat an unanswered request within the timeout, as RFC 8489 does',
      env: 'NETDRILL_RETRANSMIT',
    }),
    tcp: Flags.boolean({
      summary: 'when UDP stays silent, look whether TCP to this port or 443 works',
      env: 'NETDRILL_TCP',
    }),
  }
  protected override readonly kind = 'stun'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeStun)
    const {second} = flags
    const options = {
      second,
      mapping: flags.mapping || undefined,
      retransmit: flags.retransmit || undefined,
      tcp: flags.tcp || undefined,
    }
    await this.probe(flags, {target: args.target, options})
  }
}
