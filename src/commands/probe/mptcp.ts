import {Flags} from '@oclif/core'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'
import {unescape} from './_unescape.ts'

export default class ProbeMptcp extends ProbeCommand {
  static override summary = 'connect by Multipath TCP: used or fallen back, why, and how many subflows'
  static override description = `A connection that fell back to plain TCP is a failure, with the reason: the SYN/ACK without MP_CAPABLE (plain server, or a middlebox that strips the option), SYNs with the option dropped, or MPTCP suppressed by this kernel after such drops. A condition about mptcp.used takes the place of that judgement. Reasons come from counters of the network namespace. After dropped SYNs the kernel needs 3 to 8 seconds to fall back: allow them with --timeout.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe mptcp example.org:443',
    {
      description: 'Two paths have to be in use',
      command: '<%= config.bin %> probe mptcp example.org:443 --subflows 2',
    },
    {
      description: 'Passes as long as the server does not speak MPTCP',
      command: '<%= config.bin %> probe mptcp 192.0.2.1:443 -t 10s -e "mptcp.used == false"',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(1),
    'allow-fallback': Flags.boolean({
      summary: 'a connection that fell back to plain TCP is good enough',
      env: 'NETDRILL_ALLOW_FALLBACK',
    }),
    subflows: Flags.integer({
      summary: 'wait until there are so many subflows; fewer are a failure',
      env: 'NETDRILL_SUBFLOWS',
      min: 1,
    }),
    send: Flags.string({
      summary: 'send this text after connecting; it may hold \\r, \\n and \\t',
      env: 'NETDRILL_SEND',
      helpValue: 'TEXT',
    }),
    hold: Flags.string({
      summary: 'watch the open connection so long for a late fallback, a reset or further subflows',
      env: 'NETDRILL_HOLD',
      helpValue: 'DURATION',
    }),
  }
  protected override readonly kind = 'mptcp'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeMptcp)
    const {send, subflows, hold} = flags
    const options = {
      allow_fallback: flags['allow-fallback'] || undefined,
      subflows,
      send: send === undefined ? undefined : unescape(send),
      hold,
    }
    await this.probe(flags, {target: args.target, options})
  }
}
