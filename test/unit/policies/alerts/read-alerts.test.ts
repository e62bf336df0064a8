import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../../src/core/errors.ts'
import {ALERT_PRESET_NAMES} from '../../../../src/policies/alerts/presets.ts'
import {readAlertText} from '../../../support/alert-rules.ts'

/** `line:column code: message → advice`, one per problem. */
async function problems(text: string): Promise<readonly string[]> {
  try {
    await readAlertText(text)
  } catch (error) {
    if (!isUserError(error)) throw error
    return error.problems.map(
      ({code, message, position, advice}) =>
        `${position?.line}:${position?.column} ${code}: ${message} → ${advice?.[0] ?? ''}`,
    )
  }
  return []
}

const alert = (rule: string): string => `alerts:\n  - {${rule}}\n`

describe('the alerts of a document', () => {
  it("are written in netdrill's words or in those of Prometheus", async () => {
    const plan = await readAlertText(`alerts:
  - {name: A, condition: netdrill_errors_total > 1, severity: critical, for: 1m}
  - alert: B
    expr: netdrill_errors_total > 1
    keep_firing_for: 30s
    labels: {severity: page, tier: 1}
    annotations: {summary: "{{ $labels.target }}"}
`)
    expect(plan.interval).toBe(5000)
    expect(plan.rules).toMatchObject([
      {name: 'A', for: 60_000, keepFiringFor: 0, labels: {severity: {text: 'critical'}}},
      {name: 'B', for: 0, keepFiringFor: 30_000, labels: {severity: {text: 'page'}, tier: {text: '1'}}},
    ])
  })

  it('say how often they are evaluated', async () => {
    const {interval, rules} = await readAlertText(
      'alerts:\n  interval: 15s\n  rules:\n    - {name: A, condition: netdrill_errors_total > 1}\n',
    )
    expect([interval, rules.length]).toEqual([15_000, 1])
  })

  it.each(ALERT_PRESET_NAMES)('take over the preset %s', async (preset) => {
    const {rules} = await readAlertText(alert(`preset: ${preset}`))
    expect(rules.length).toBeGreaterThan(0)
  })

  it('take the two rules of tunnel clients as they are written there', async () => {
    const plan = await readAlertText(`alerts:
  - name: ConnectionFailures
    condition: rate(sssonector_connection_failures_total[5m]) > 0.1
    severity: warning

  - name: PersistentConnectionFailure
    condition: time_since_last_success > 300
    severity: critical
`)
    expect(plan.rules.map(({name, expr}) => `${name}: ${expr}`)).toEqual([
      'ConnectionFailures: rate(sssonector_connection_failures_total[5m]) > 0.1',
      'PersistentConnectionFailure: time_since_last_success > 300',
    ])
    expect(plan.rules[1]?.expression).toMatchObject({left: {op: '-', left: {fn: 'time'}}})
  })

  it.each([
    [
      'name: A, condition: "netdrill_errors_total >"',
      '2:49 CONFIG_EXPRESSION: the expression ends too early',
    ],
    ['name: A, condition: "nonsense > 1"', '2:27 CONFIG_EXPRESSION: a watch has no series nonsense → docs'],
    [
      'name: A, condition: "rate(netdrill_error_total[5m]) > 1"',
      '2:32 CONFIG_EXPRESSION: a watch has no series netdrill_error_total → did you mean netdrill_errors_total?',
    ],
    [
      'name: A, condition: "netdrill_outage_seconds > 1"',
      '2:27 CONFIG_EXPRESSION: netdrill_outage_seconds is a histogram → take netdrill_outage_seconds_bucket',
    ],
    [
      'name: A, condition: \'netdrill_errors_total{target="apu"} > 1\'',
      '2:49 CONFIG_EXPRESSION: there is no target "apu" → did you mean "api"?',
    ],
    [
      'name: A, condition: "max_over_time(time_since_last_success[5m]) > 1"',
      'has no past to take a range of',
    ],
    ['name: A, condition: "time() > bool 1"', 'this names no series'],
    ['name: A, condition: topk(1)', 'netdrill does not evaluate topk()'],
    ['name: A, condition: netdrill_errors_total, for: 5', '5 has no unit'],
    ['name: A', '2:5 CONFIG_INVALID: "condition" is missing → write condition: or expr:'],
    ['condition: netdrill_errors_total', '"name" is missing → write name: or alert:'],
    [
      'name: A, alert: A, condition: netdrill_errors_total',
      '2:15 CONFIG_INVALID: alert says the same as name',
    ],
    ['preset: connections, for: 1m', '2:27 CONFIG_INVALID: "for" can not stand beside preset'],
    ['preset: conections', 'did you mean "connections"?'],
    ['name: A, conditoin: x', 'unknown key "conditoin" → did you mean "condition"?'],
    [
      'name: A, condition: netdrill_errors_total, annotations: {summary: "{{ .Foo }} is bad"}',
      '2:73 CONFIG_EXPRESSION: {{ .Foo }} can not be filled in → there are {{ $labels.NAME }}',
    ],
    [
      'name: A, condition: netdrill_errors_total, labels: {x: "{{ $value | upper }}"}',
      'there is no format upper',
    ],
    [
      'name: A, condition: netdrill_errors_total, severity: a, labels: {severity: b}',
      'severity says the same',
    ],
    ['name: A, condition: netdrill_errors_total, labels: {a-b: c}', 'a label is made of letters'],
  ])('{%s} is refused', async (rule, words) => {
    const told = (await problems(alert(rule))).join('\n')
    expect(told).toContain(words)
  })

  it('show all mistakes at once, and names that are there twice', async () => {
    const rule = '{name: A, condition: netdrill_errors_total > 1}'
    expect(await problems(`alerts:\n  - ${rule}\n  - {name: B, condition: x}\n  - ${rule}\n`)).toEqual([
      expect.stringContaining('3:'),
      '4:5 CONFIG_INVALID: there are two alerts called A → give one of them another name',
    ])
  })
})
