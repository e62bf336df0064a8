import {Args, Flags} from '@oclif/core'
import {policyPorts} from '../../app/policy-ports.ts'
import {lint, lintExit} from '../../app/policy-lint.ts'
import {systemLook} from '../../app/look.ts'
import {UserError} from '../../core/errors.ts'
import {parseDuration} from '../../core/units.ts'
import {lintJson, renderLint} from '../../reporters/policy-lint.ts'
import {chooseStyle} from '../../reporters/style.ts'
import {BaseCommand} from '../_base.ts'

export default class PolicyLint extends BaseCommand {
  static override summary = 'look for mistakes in retry policies'
  static override description =
    'Judges policies that are valid by what they would do in an outage: waits without jitter, attempts that are ' +
    'never made, figures without effect, alerts that can not fire. Each finding has a stable code, a reason with ' +
    'figures and a fix. Exits with 1 when something is as severe as --fail-on.'
  static override examples = [
    {description: 'All policies of ./netdrill.yaml', command: '<%= config.bin %> policy lint'},
    {description: 'A preset', command: '<%= config.bin %> policy lint tunnel-client'},
    {
      description: 'In CI: no warnings, and a loss is found within 30s',
      command: '<%= config.bin %> policy lint netdrill.yaml --fail-on warning --detection 30s',
    },
  ]
  static override args = {
    policy: Args.string({
      description: 'a preset, FILE, or FILE#NAME; by default all policies of ./netdrill.yaml',
    }),
  }
  static override flags = {
    'fail-on': Flags.option({
      summary: 'the least severity that ends with exit code 1',
      env: 'NETDRILL_FAIL_ON',
      options: ['error', 'warning', 'info'] as const,
      default: 'error' as const,
    })(),
    detection: Flags.string({
      summary: 'warn when health checks may need longer than this to find a loss, such as 30s',
      env: 'NETDRILL_DETECTION',
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(PolicyLint)
    const detection = flags.detection === undefined ? null : parseDuration(flags.detection)
    if (detection && !detection.ok) {
      throw new UserError({code: 'USAGE_INVALID', message: `--detection: ${detection.because}`})
    }
    const request = {what: args.policy, detection: detection && detection.value, failOn: flags['fail-on']}
    const view = await lint(request, policyPorts())
    const style = chooseStyle(systemLook(flags).color)
    const text = flags.json ? lintJson(view) : renderLint(view, {style, quiet: flags.quiet})
    if (text !== '') this.print(text)
    this.end(lintExit(view))
  }
}
