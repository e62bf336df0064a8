/** The alerts of documents for a Prometheus that scrapes netdrill. */
import {writeYaml} from '../config/write-yaml.ts'
import {UserError} from '../core/errors.ts'
import {prometheusRules} from '../policies/alerts/prometheus-rules.ts'
import {readAlerts} from '../policies/alerts/read-alerts.ts'
import {METRICS} from '../reporters/metrics/definitions.ts'
import {loadCheck} from '../scenarios/check/load-check.ts'
import {checkRedactor} from './check-redact.ts'
import {readSources} from './documents.ts'
import type {PolicyPorts} from './policies.ts'

/** Throws what reading a document throws, and CONFIG_EMPTY where there are no alerts. */
export async function exportAlerts(
  files: readonly string[],
  ports: PolicyPorts,
  form: 'yaml' | 'json',
): Promise<string> {
  const {
    alerts,
    targetNames,
    files: read,
    secrets,
  } = await loadCheck(await readSources(files, ports), {
    env: (name) => ports.host.env(name),
    read: async (path) => ports.files.readText(path),
    only: [],
    tags: [],
  })
  const plan = await readAlerts(alerts, {metrics: METRICS, targets: targetNames})
  if (plan.rules.length === 0) {
    throw new UserError({
      code: 'CONFIG_EMPTY',
      message: `${read.join(', ')} has no alerts`,
      advice: ['add an alerts section', 'alerts: [{preset: connections}] is one to start with'],
    })
  }
  const rules = prometheusRules(plan)
  const text = form === 'json' ? JSON.stringify(rules, null, 2) : writeYaml(rules).trimEnd()
  return checkRedactor(secrets).text(text)
}
