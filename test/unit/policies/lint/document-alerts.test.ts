import {describe, expect, it} from 'vitest'
import {lint} from '../../../../src/app/policy-lint.ts'

/** The reasons of what is found about alerts under a ladder that fails seven times in five minutes at most. */
async function unreachable(alerts: string): Promise<readonly string[]> {
  const text = `version: 1\npolicies:\n  tunnel: {extends: tunnel-client}\nalerts:${alerts}`
  const ports = {files: {readText: async () => text}, host: {env: () => undefined}}
  const {findings} = await lint({what: 'net.yaml', detection: null, failOn: 'error'}, ports)
  return findings.filter(({code}) => code === 'LINT_ALERT_UNREACHABLE').map(({reason}) => reason)
}

const CONDITION = 'rate(sssonector_connection_failures_total[5m]) > 0.1'

describe('alerts that no outage can raise', () => {
  it.each([
    [
      "netdrill's words",
      `\n  - {name: Fails, condition: "${CONDITION}", severity: warning}\n`,
      'alert Fails',
    ],
    [
      "Prometheus's words",
      `\n  - {alert: Fails, expr: "${CONDITION}", labels: {severity: warning}}\n`,
      'alert Fails',
    ],
    ['a mapping', `\n  interval: 15s\n  rules: [{name: Fails, condition: "${CONDITION}"}]\n`, 'alert Fails'],
    ['a preset', '\n  - {preset: tunnel-client}\n', 'alert ConnectionFailures'],
  ])('are found in %s', async (_, alerts, words) => {
    const reasons = await unreachable(alerts)
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toContain(words)
    expect(reasons[0]).toContain('against a threshold of 0.1')
  })

  it.each([
    ['the preset that every ladder reaches', '\n  - {preset: connections}\n'],
    [
      'a lower threshold',
      '\n  - {name: Fails, condition: "rate(netdrill_connection_failures_total[5m]) > 0.01"}\n',
    ],
    ['the age of the last success', '\n  - {name: Old, condition: time_since_last_success > 300}\n'],
  ])('are not those of %s', async (_, alerts) => {
    expect(await unreachable(alerts)).toEqual([])
  })
})
