import {Flags} from '@oclif/core'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'

export default class ProbePing extends ProbeCommand {
  static override summary = 'send ICMP echo requests: loss, round trips, and who says no'
  static override description = `Uses an ICMP datagram socket, else a raw socket, else the ping program, and prints which. Round trips are taken from the kernel's time stamps where a socket is used.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe ping 192.0.2.1',
    {
      description: 'Fail when a tenth is lost or the slow ones are too slow',
      command: '<%= config.bin %> probe ping example.org -c 50 -i 100ms -e "loss <= 10%" -e "rtt.p95 < 50ms"',
    },
    {
      description: 'Do full packets in the voice class get through whole?',
      command: '<%= config.bin %> probe ping example.org --size 1472B --df --dscp EF',
    },
    {
      description: 'Find the path MTU, also where no router tells it',
      command: '<%= config.bin %> probe ping example.org --mtu',
    },
    {
      description:
        'Record the way as a link profile that a lab or a fault can use; lost samples are no failure here',
      command:
        '<%= config.bin %> probe ping example.org -c 1000 -i 20ms --record office.yaml -e "loss < 100%" -q',
    },
    {
      description: 'As a plugin of a monitoring system',
      command: '<%= config.bin %> probe ping 192.0.2.1 --exit-style nagios',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(4),
    size: Flags.string({
      char: 's',
      summary: 'octets behind the ICMP header, such as 1400B (by default 56B)',
      helpValue: 'SIZE',
      env: 'NETDRILL_SIZE',
    }),
    ttl: Flags.integer({summary: 'time to live or hop limit of the requests', env: 'NETDRILL_TTL'}),
    dscp: Flags.string({
      summary: 'mark the requests: a code point from 0 to 63, or a name such as EF, AF41, CS6',
      env: 'NETDRILL_DSCP',
      helpValue: 'CODEPOINT',
    }),
    df: Flags.boolean({
      summary: "nobody may fragment the requests: see what doesn't fit, and where",
      env: 'NETDRILL_DF',
    }),
    mtu: Flags.boolean({
      summary: 'search the path MTU with up to 12 packets; one sample unless --count says otherwise',
      env: 'NETDRILL_MTU',
    }),
  }
  protected override readonly kind = 'ping'

  async run(): Promise<void> {
    const {args, flags, metadata} = await this.parse(ProbePing)
    const {size, ttl, dscp, df, mtu} = flags
    // Every sample is a whole search: more than one is for who asks for them.
    const count = mtu && metadata.flags['count']?.setFromDefault === true ? 1 : flags.count
    await this.probe({...flags, count}, {target: args.target, options: {size, ttl, dscp, df, mtu}})
  }
}
