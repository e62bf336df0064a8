import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {ALERT_PRESET_NAMES} from '../../../src/policies/alerts/presets.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {type WrittenSeries, evaluateText} from '../../support/promql.ts'
import {runProgram} from '../../support/program.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'))
})
afterAll(async () => rm(folder, {recursive: true, force: true}))

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

async function document(alerts: string): Promise<string> {
  const file = join(folder, 'net.yaml')
  await writeFile(file, `version: 1\ntargets: {api: tcp://127.0.0.1:1}\nalerts:\n${alerts}`)
  return file
}

describe('policy export-alerts', () => {
  it('writes the rules with the names of the series that Prometheus sees', async () => {
    const file = await document(
      '  - {name: A, condition: "rate(sssonector_connection_failures_total{target=\\"api\\"}[5m]) > 0.1", for: 90s, keep_firing_for: 5m, severity: warning}\n' +
        '  - {alert: B, expr: time_since_last_success > 300, annotations: {summary: "{{ $labels.target }}"}}\n',
    )
    const {stdout, code} = await runProgram(['policy', 'export-alerts', file])
    expect(code).toBe(0)
    expect(stdout).toBe(`groups:
  - name: netdrill
    interval: 5s
    rules:
      - record: time_since_last_success
        expr: time() - netdrill_last_success_timestamp_seconds
      - alert: A
        expr: rate(netdrill_connection_failures_total{target="api"}[5m]) > 0.1
        for: 1m30s
        keep_firing_for: 5m
        labels:
          severity: warning
      - alert: B
        expr: time_since_last_success > 300
        annotations:
          summary: "{{ $labels.target }}"
`)
  })

  it('says where a rule is wrong, and when there is none', async () => {
    const wrong = await runProgram([
      'policy',
      'export-alerts',
      await document('  - {name: A, condition: up == 0}\n'),
    ])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(/net\.yaml:4:\d+: .*CONFIG_EXPRESSION: a watch has no series up/)
    const none = await runProgram(['policy', 'export-alerts', await document('  []\n')])
    expect(none.stderr).toMatch(/CONFIG_EMPTY: .* has no alerts/)
  })

  it('is a rule file that promtool accepts, with all presets', async (context) => {
    if (!hasPromtool) context.skip('promtool is not installed')
    const presets = ALERT_PRESET_NAMES.map((preset) => `  - {preset: ${preset}}\n`).join('')
    const {stdout} = await runProgram(['policy', 'export-alerts', await document(presets)])
    const rules = join(folder, 'rules.yaml')
    await writeFile(rules, stdout)
    expect(() => execFileSync('promtool', ['check', 'rules', rules], {stdio: 'pipe'})).not.toThrow()
  })

  it('fires in Prometheus when it fires here: 300 s after the last success', async (context) => {
    if (!hasPromtool) context.skip('promtool is not installed')
    const {stdout} = await runProgram([
      'policy',
      'export-alerts',
      await document('  - {preset: tunnel-client}\n'),
    ])
    await writeFile(join(folder, 'outage.yaml'), stdout)
    // The last success is at 0 s of Prometheus's clock.
    const at = (time: string, fires: boolean): object => ({
      eval_time: time,
      alertname: 'PersistentConnectionFailure',
      exp_alerts: fires
        ? [{exp_labels: {severity: 'critical', target: 'api'}, exp_annotations: {summary: SAID[time]}}]
        : [],
    })
    const test = {
      rule_files: ['outage.yaml'],
      evaluation_interval: '5s',
      tests: [
        {
          interval: '5s',
          input_series: [
            {series: 'netdrill_last_success_timestamp_seconds{target="api"}', values: '0+0x100'},
          ],
          alert_rule_test: [at('300s', false), at('305s', true)],
        },
      ],
    }
    await writeFile(join(folder, 'outage-test.yaml'), JSON.stringify(test))
    const {status, stdout: told} = spawnSync(
      'promtool',
      ['test', 'rules', join(folder, 'outage-test.yaml')],
      {encoding: 'utf8'},
    )
    expect(status, told).toBe(0)
  })
})

const SAID: Readonly<Record<string, string>> = {'305s': 'api was last reached 5m 5s ago'}

/**
 * Counters that begin anew, and gauges that go up and down and are missing now and then. A counter that begins inside the range is
 * left out: what its zero point means for the extrapolation has changed with Prometheus 3, whose rule the unit tests hold.
 */
function randomSeries(): readonly WrittenSeries[] {
  const random = seededRandom(7)
  const values = (isCounter: boolean): readonly (number | null)[] => {
    let value = Math.floor(random.next() * 10)
    const begins = Math.floor(random.next() * 8)
    return Array.from({length: 40}, (_, index) => {
      if (isCounter) value = random.next() < 0.08 ? 0 : value + Math.floor(random.next() * 6)
      else value = Math.round((random.next() - 0.3) * 1000) / 10
      return !isCounter && (index < begins || random.next() < 0.1) ? null : value
    })
  }
  return ['a', 'b', 'c'].flatMap((target) => [
    {name: 'c_total', labels: {target, code: 'X'}, values: values(true)},
    {name: 'c_total', labels: {target, code: 'Y'}, values: values(true)},
    {name: 'd_total', labels: {target}, values: values(true)},
    {name: 'g', labels: {target}, values: values(false)},
    ...['0.1', '0.5', '1', '+Inf'].map((le) => ({
      name: 'h_bucket',
      labels: {target, le},
      values: values(true),
    })),
  ])
}

const EXPRESSIONS = [
  ...['rate', 'increase', 'irate', 'delta', 'idelta', 'deriv', 'changes', 'resets'].flatMap((fn) => [
    `${fn}(c_total[5m])`,
    `${fn}(g[12m])`,
    `${fn}(c_total[70s])`,
  ]),
  ...['avg', 'min', 'max', 'sum', 'count', 'last', 'present'].map((fn) => `${fn}_over_time(g[7m])`),
  'predict_linear(g[10m], 600)',
  'increase(c_total[5m] offset 6m)',
  'sum by (target) (rate(c_total[10m])) / on (target) rate(d_total[10m])',
  'c_total / on (target) group_left d_total',
  'c_total > 20 and on (target) g > 0',
  'c_total unless on (target) g > 10',
  'g < -5 or g > bool 30',
  'avg without (code) (c_total)',
  'count(g > 10)',
  'max(g) - min(g)',
  'abs(g) * 2 ^ 2 % 7',
  '-g + 1',
  'round(g, 5)',
  'clamp_max(clamp_min(g, 0), 20)',
  'absent(nothing{target="a",code="X"})',
  'absent_over_time(g{target="zz"}[5m])',
  'histogram_quantile(0.9, rate(h_bucket[10m]))',
  'histogram_quantile(0.5, h_bucket)',
  'scalar(g{target="a"}) + 1',
  'vector(3) > 2',
  'timestamp(g)',
  'time() - 5',
  'c_total{code=~"X|Z",target!="a"}',
]

describe('expressions', () => {
  it('have the values that Prometheus gives them', async (context) => {
    if (!hasPromtool) context.skip('promtool is not installed')
    const series = randomSeries()
    // Between two scrapes: whether a value at the very edge of a range counts differs between releases of Prometheus.
    const asked = [13, 22, 31].flatMap((minute) => EXPRESSIONS.map((expr) => ({expr, at: minute * 60 + 37})))
    const file = {
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: series.map(({name, labels = {}, values}) => ({
            series: `${name}{${Object.entries(labels)
              .map(([label, value]) => `${label}="${value}"`)
              .join(',')}}`,
            values: values.map((value) => (value === null ? '_' : String(value))).join(' '),
          })),
          // Nobody has this label, so that every value is told as a difference.
          promql_expr_test: asked.map(({expr, at}) => ({
            expr,
            eval_time: `${at}s`,
            exp_samples: [{labels: '{not="there"}', value: 0}],
          })),
        },
      ],
    }
    await writeFile(join(folder, 'expressions.yaml'), JSON.stringify(file))
    const {stderr} = spawnSync('promtool', ['test', 'rules', join(folder, 'expressions.yaml')], {
      encoding: 'utf8',
    })
    const told = [...stderr.matchAll(/got: (.*)$/gm)].map(([, line = '']) => line)
    expect(told, stderr.slice(0, 500)).toHaveLength(asked.length)
    for (const [index, {expr, at}] of asked.entries()) {
      const ours = evaluateText(expr, series, at * 1000, 0).map((line) => {
        const [labels, value] = line.includes(' ') ? line.split(' ') : ['{}', line]
        return {labels: labels ?? '', value: Number(value)}
      })
      expectSame(ours, readGot(told[index] ?? ''), `${expr} at ${at}s`)
    }
  })
})

interface Sample {
  readonly labels: string
  readonly value: number
}

function expectSame(ours: readonly Sample[], theirs: readonly Sample[], what: string): void {
  const sorted = (samples: readonly Sample[]): readonly Sample[] =>
    samples.toSorted((a, b) => (a.labels < b.labels ? -1 : 1))
  expect(
    sorted(ours).map(({labels}) => labels),
    what,
  ).toEqual(sorted(theirs).map(({labels}) => labels))
  for (const [index, {labels, value}] of sorted(theirs).entries()) {
    const own = sorted(ours)[index]?.value ?? Number.NaN
    const isNear = Object.is(own, value) || Math.abs(own - value) <= 1e-9 * Math.max(1, Math.abs(value))
    expect(isNear, `${what}: ${labels} is ${value} in Prometheus and ${own} here`).toBe(true)
  }
}

/** `{__name__="g", target="a"} 4E+00, …` as `g{target=a}` and 4. */
function readGot(line: string): readonly Sample[] {
  return [...line.matchAll(/\{([^}]*)\} (\S+?)(?:,|$)/g)].map(([, inside = '', value = '']) => {
    const pairs = [...inside.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', text = '']) => ({name, text}))
    const name = pairs.find((pair) => pair.name === '__name__')?.text ?? ''
    const rest = pairs.filter((pair) => pair.name !== '__name__').map((pair) => `${pair.name}=${pair.text}`)
    return {labels: `${name}{${rest.toSorted().join(',')}}`, value: numberOf(value)}
  })
}

function numberOf(text: string): number {
  return /^[+-]?Inf$/.test(text) ? Number(`${text.replace('Inf', '')}Infinity`) : Number(text)
}
