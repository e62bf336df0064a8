import {listPolicies} from '../../app/policies.ts'
import {policyListJson, renderPolicyList} from '../../reporters/policy.ts'
import {BaseCommand} from '../_base.ts'

export default class PolicyList extends BaseCommand {
  static override summary = 'list the retry policies that come with netdrill'
  static override examples = [
    '<%= config.bin %> policy list',
    {description: 'With where the figures come from', command: '<%= config.bin %> policy list --verbose'},
    '<%= config.bin %> policy list --json',
  ]

  async run(): Promise<void> {
    const {flags} = await this.parse(PolicyList)
    const policies = listPolicies()
    this.print(flags.json ? policyListJson(policies) : renderPolicyList(policies, flags.verbose))
  }
}
