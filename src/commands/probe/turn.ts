import {Flags} from '@oclif/core'
import {TLS_FLAGS} from '../_network-flags.ts'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'

export default class ProbeTurn extends ProbeCommand {
  static override summary = 'get a relay from a TURN server and give it back: credentials, quota, relay'
  static override description = `Asks for an allocation (RFC 8656) over UDP, TCP or TLS with long-term credentials, shows the relayed address, and gives it back. With --relay a packet goes through the relay too, to the relayed address itself; --peer names an echo service instead, for servers that don't relay to themselves. Refusals are told apart: credentials, quota, no free relay, another allocation of the same port, not allowed, redirected.

${EXIT_TEXT}`
  static override examples = [
    {
      description: 'User and password come from a variable, since a command line is seen by everybody',
      command: '<%= config.bin %> probe turn turn.example.org --login env:TURN_LOGIN',
    },
    {
      description: 'Over TLS on port 443, and through the relay',
      command:
        '<%= config.bin %> probe turn turn.example.org:443 --transport tls --login file:/run/secrets/turn --relay -e "turn.relay_rtt < 200ms"',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(1),
    transport: Flags.string({
      summary: 'how the server is reached (default: udp)',
      env: 'NETDRILL_TRANSPORT',
      options: ['udp', 'tcp', 'tls'],
    }),
    login: Flags.string({
      summary: 'user:password, from a variable or a file',
      env: 'NETDRILL_LOGIN',
      helpValue: 'env:NAME|file:PATH',
    }),
    relay: Flags.boolean({
      summary: 'send a packet through the relay as well, and wait for it',
      env: 'NETDRILL_RELAY',
    }),
    peer: Flags.string({
      summary: 'the UDP echo service that the packet goes to, instead of the relayed address',
      env: 'NETDRILL_PEER',
      helpValue: 'ADDRESS:PORT',
    }),
    retransmit: Flags.boolean({
      summary: 'over UDP, repeat an unanswered request within the timeout, as RFC 8489 does',
      env: 'NETDRILL_RETRANSMIT',
    }),
    ...TLS_FLAGS,
  }
  protected override readonly kind = 'turn'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeTurn)
    const {transport, login, peer, sni, ca, cert, key} = flags
    const options = {
      ...{transport, login, peer, sni, ca, cert, key},
      relay: flags.relay || undefined,
      retransmit: flags.retransmit || undefined,
      verify: flags.insecure ? false : undefined,
    }
    await this.probe(flags, {target: args.target, options})
  }
}
