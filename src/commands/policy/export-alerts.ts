import {Args} from '@oclif/core'
import {exportAlerts} from '../../app/policy-export-alerts.ts'
import {policyPorts} from '../../app/policy-ports.ts'
import {BaseCommand} from '../_base.ts'

export default class PolicyExportAlerts extends BaseCommand {
  static override summary = 'print the alerts of a document as a rule file for Prometheus'
  static override description =
    'The rules that monitor evaluates itself, for a Prometheus that scrapes monitor --listen: with the names of the ' +
    'series there, and with time_since_last_success recorded where a rule uses it. promtool check rules accepts it.'
  static override examples = [
    {
      description: 'The alerts of ./netdrill.yaml',
      command: '<%= config.bin %> policy export-alerts > netdrill-rules.yaml',
    },
    {
      description: 'Of other documents, as JSON',
      command: '<%= config.bin %> policy export-alerts network.yaml --json',
    },
  ]
  static override strict = false
  static override args = {
    file: Args.string({description: 'documents; - for standard input (by default netdrill.yaml)'}),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(PolicyExportAlerts)
    this.print(await exportAlerts(argv.map(String), policyPorts(), flags.json ? 'json' : 'yaml'))
  }
}
