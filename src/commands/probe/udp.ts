import {Flags} from '@oclif/core'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'
import {unescape} from './_unescape.ts'

export default class ProbeUdp extends ProbeCommand {
  static override summary = 'send a datagram to a UDP port: open, closed, filtered or silent'
  static override description = `A reply means open, an ICMP port unreachable closed (UDP_CLOSED), an ICMP message of a firewall filtered. Silence is a failure (UDP_NO_REPLY), since it can't tell an open port from a filtered one: use --send or --preset to send what the service answers. Ports 53, 123 and 161 get a DNS, NTP and SNMP request by themselves, others an empty datagram.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe udp ntp.example.org:123',
    {
      description: 'Octets out, text expected back',
      command: '<%= config.bin %> probe udp 192.0.2.1:7 --send hex:70696e67 --expect-reply ping',
    },
    {
      description: 'An application ping: late and replayed answers are misses',
      command: '<%= config.bin %> probe udp 192.0.2.1:7 --nonce -c 10 -t 5s',
    },
    {
      description: 'A log server never answers: fails only when its port is closed',
      command: '<%= config.bin %> probe udp 192.0.2.1:514 -t 1s -e "code != UDP_CLOSED"',
    },
    {
      description: 'Passes as long as nothing listens',
      command: '<%= config.bin %> probe udp 192.0.2.1:161 -e closed',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(1),
    send: Flags.string({
      summary: 'the datagram: text (with \\r, \\n and \\t), or octets such as hex:0a0b',
      env: 'NETDRILL_SEND',
      helpValue: 'TEXT',
      exclusive: ['preset'],
    }),
    preset: Flags.string({
      summary: 'send a request that such a service answers: dns, ntp or snmp',
      env: 'NETDRILL_PRESET',
      helpValue: 'NAME',
    }),
    nonce: Flags.boolean({
      summary: 'end each datagram with a fresh token that the reply has to hold, for an echo service',
      env: 'NETDRILL_NONCE',
      exclusive: ['preset'],
    }),
    'expect-reply': Flags.string({
      summary: 'fail unless the reply holds this text, or these octets (hex:0a0b)',
      env: 'NETDRILL_EXPECT_REPLY',
      helpValue: 'TEXT',
    }),
  }
  protected override readonly kind = 'udp'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeUdp)
    const options = {
      send: flags.send === undefined ? undefined : unescape(flags.send),
      preset: flags.preset,
      expect_reply: flags['expect-reply'],
      nonce: flags.nonce ? true : undefined,
    }
    await this.probe(flags, {target: args.target, options})
  }
}
