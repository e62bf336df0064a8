import {Args, Flags} from '@oclif/core'
import {policyPorts} from '../../app/policy-ports.ts'
import {findPolicies, viewPolicy} from '../../app/policies.ts'
import {UserError} from '../../core/errors.ts'
import {parseDuration} from '../../core/units.ts'
import {policyJson, renderPolicy} from '../../reporters/policy.ts'
import {BaseCommand} from '../_base.ts'

export default class PolicyShow extends BaseCommand {
  static override summary = 'show when a retry policy would attempt what'
  static override description =
    'Prints the schedule for a target that never answers: each attempt with its phase and its start without jitter, ' +
    'at the earliest and at the latest. With --verbose also every setting and where it comes from.'
  static override examples = [
    {description: 'A preset', command: '<%= config.bin %> policy show tunnel-client'},
    {description: 'One policy of a document', command: '<%= config.bin %> policy show netdrill.yaml#patient'},
    {
      description: 'When each attempt takes 30s to fail, as against a silent firewall',
      command: '<%= config.bin %> policy show tunnel-client --attempt-duration 30s --attempts 12',
    },
  ]
  static override args = {
    policy: Args.string({
      description: 'a preset, FILE, or FILE#NAME; by default all policies of ./netdrill.yaml',
    }),
  }
  static override flags = {
    attempts: Flags.integer({
      char: 'n',
      summary: 'show so many attempts (by default all, until an endless phase repeats itself)',
      env: 'NETDRILL_ATTEMPTS',
      min: 1,
      max: 100_000,
    }),
    'attempt-duration': Flags.string({
      summary: 'how long each attempt takes to fail, such as 30s',
      env: 'NETDRILL_ATTEMPT_DURATION',
      default: '0s',
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(PolicyShow)
    const duration = parseDuration(flags['attempt-duration'])
    if (!duration.ok) {
      throw new UserError({code: 'USAGE_INVALID', message: `--attempt-duration: ${duration.because}`})
    }
    const found = await findPolicies(args.policy, policyPorts())
    const request = {duration: duration.value, attempts: flags.attempts ?? null}
    const views = found.map((resolved) => viewPolicy(resolved, request))
    this.print(
      flags.json ? policyJson(views) : views.map((view) => renderPolicy(view, flags.verbose)).join('\n'),
    )
  }
}
