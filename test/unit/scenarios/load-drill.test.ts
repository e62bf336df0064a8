import {describe, expect, it} from 'vitest'
import {type UserError, isUserError} from '../../../src/core/errors.ts'
import {loadDrill} from '../../../src/scenarios/load-drill.ts'

const good = `version: 1
targets:
  api: tcp://127.0.0.1:7000
  control: {url: tcp://127.0.0.1:7001, role: control}
faults:
  cut: {kind: partition, scope: {to: 127.0.0.1, port: 7000}}
drill:
  steady: [api.loss <= 0%]
  timeline:
    - {at: 2s, inject: cut, for: 3s}
  expect:
    - api.recovery < 5s
    - {that: api.code == TCP_TIMEOUT, during: fault}
`

const load = async (text: string) => loadDrill({name: 'd', file: 'd.yaml', text, env: () => undefined})

async function problemsOf(text: string): Promise<UserError> {
  const error: unknown = await load(text).catch((caught: unknown) => caught)
  if (!isUserError(error)) throw new Error('the document was accepted, or the error is not for people')
  return error
}

describe('loadDrill', () => {
  it('fills in defaults and keeps what was said', async () => {
    const {spec} = await load(good)
    expect(spec).toMatchObject({name: 'd', title: 'd', settle: 30_000, repeat: 1, lab: null, from: null})
    expect(spec.targets[0]).toMatchObject({
      name: 'api',
      role: 'target',
      interval: 1000,
      timeout: 3000,
      policy: null,
      fall: 2,
      rise: 1,
    })
    expect(spec.timeline).toEqual([{at: 2000, lasts: 3000, fault: 'cut'}])
    expect(spec.steady[0]?.during).toBe('baseline')
    expect(spec.expect.map((one) => one.during)).toEqual(['drill', 'fault'])
  })

  it.each([
    {
      name: 'an unknown fault',
      change: ['inject: cut', 'inject: cutt'],
      code: 'CONFIG_REFERENCE',
      line: 10,
      column: 24,
      advice: /did you mean "cut"/,
    },
    {
      name: 'an unknown target in a condition',
      change: ['- api.recovery', '- apl.recovery'],
      code: 'CONFIG_REFERENCE',
      line: 12,
      column: 7,
      advice: /api/,
    },
    {
      name: 'an unknown field',
      change: ['api.recovery <', 'api.recovry <'],
      code: 'CONFIG_CONDITION',
      line: 12,
      column: 11,
      advice: /recovery/,
    },
    {
      name: 'a bound without a unit',
      change: ['recovery < 5s', 'recovery < 5'],
      code: 'CONFIG_CONDITION',
      line: 12,
      column: 22,
      advice: /5s|5ms/,
    },
    {
      name: 'an unknown key',
      change: ['  steady:', '  steadi:'],
      code: 'CONFIG_UNKNOWN_KEY',
      line: 8,
      column: 3,
      advice: /steady/,
    },
    {
      name: 'a bare duration',
      change: ['for: 3s', 'for: 3'],
      code: 'CONFIG_INVALID',
      line: 10,
      column: 34,
      advice: /3s/,
    },
    {
      name: 'an unknown policy',
      change: ['api: tcp://127.0.0.1:7000', 'api: {url: tcp://127.0.0.1:7000, policy: tunel-client}'],
      code: 'POLICY_UNKNOWN',
      line: 3,
      column: 44,
      advice: /tunnel-client/,
    },
    {
      name: 'an unknown fault kind',
      change: ['kind: partition', 'kind: partitoin'],
      code: 'CONFIG_INVALID',
      line: 6,
      column: 15,
      advice: /partition/,
    },
  ])('shows $name where it is written', async ({change, code, line, column, advice}) => {
    const error = await problemsOf(good.replace(change[0] ?? '', change[1] ?? ''))
    expect(error.exit).toBe(2)
    const [problem] = error.problems
    expect(problem).toMatchObject({code, position: {file: 'd.yaml', line, column}})
    expect([problem?.message, ...(problem?.advice ?? [])].join('\n')).toMatch(advice)
  })

  it('says when there is nothing to run', async () => {
    expect((await problemsOf('version: 1\n')).problems[0]?.code).toBe('CONFIG_EMPTY')
  })
})

describe('rules of alerts in a drill', () => {
  const rules = `alerts:
  - {preset: relay-fallback}
  - {name: Down, condition: time_since_last_success > 1}
`

  it('can be named in conditions as targets can', async () => {
    const text = good.replace('drill:', `${rules}drill:`).replace('api.recovery < 5s', 'Down.fires < 2s')
    const {alerts, spec} = await load(text)
    expect(spec.expect[0]?.condition).toMatchObject({subject: 'Down', field: 'fires', value: 2000})
    expect(alerts?.alerts).toHaveLength(2)
  })

  it.each([
    {
      name: 'a rule with the name of a target',
      from: 'name: Down',
      to: 'name: api',
      message: 'api is a target',
    },
    {
      name: 'a target with the name of a preset rule',
      from: '  api:',
      to: '  AllPathsDown:',
      message: 'AllPathsDown',
    },
  ])('refuses $name', async ({from, to, message}) => {
    const {message: told} = await problemsOf(good.replace('drill:', `${rules}drill:`).replace(from, to))
    expect(told).toContain(message)
  })
})

describe('a timeline with loops, courses and tracks', () => {
  const withEntry = (entry: string): string =>
    good
      .replace('{kind: partition, scope:', '{kind: netem, delay: 10ms, scope:')
      .replace('{at: 2s, inject: cut, for: 3s}', entry)

  it('is read entry by entry, tracks behind the timeline', async () => {
    const {spec} = await load(
      withEntry(
        '{at: 2s, inject: cut, for: 1s, times: 3, every: 2s, phase: 500ms, until: api.state == failed}',
      ).replace(
        '  expect:',
        `  tracks:
    other:
      - {at: 1s, inject: cut, for: 1s, when: api.ok == true, patience: 5s}
      - {after: 1s, inject: cut, steps: [{for: 1s, delay: 20ms}, {for: 2s, loss: 5%}]}
  expect:`,
      ),
    )
    expect(spec.timeline).toMatchObject([
      {
        at: 2000,
        lasts: 1000,
        loop: {times: 3, every: 2000, phase: 500},
        until: {text: 'api.state == failed'},
      },
      {at: 1000, track: 'other', when: {condition: {text: 'api.ok == true'}, patience: 5000}},
      {
        at: 1000,
        follows: true,
        track: 'other',
        lasts: 3000,
        steps: [
          {lasts: 1000, spec: {delay: 20}},
          {lasts: 2000, spec: {delay: 10, loss: {chance: 0.05}}},
        ],
      },
    ])
  })

  it('takes the figures of a kind of link', async () => {
    const {spec} = await load(withEntry('{at: 2s, inject: cut, for: 5s, profile: wifi-poor}'))
    expect(spec.timeline[0]?.steps).toMatchObject([
      {lasts: 5000, spec: {kind: 'netem', rtt: 40, jitter: 15, loss: {chance: 0.05}, rate: 5_000_000}},
    ])
  })

  it('takes a trace from its file, again and again until the time is over', async () => {
    const text = withEntry('{at: 2s, inject: cut, for: 5s, trace: train.csv}')
    const read = async (path: string) => (path === 'train.csv' ? 'time,delay\n0s,1ms\n2s,9ms\n' : null)
    const {spec} = await loadDrill({name: 'd', file: 'd.yaml', text, env: () => undefined, read})
    expect(spec.timeline[0]).toMatchObject({
      lasts: 5000,
      steps: [
        {lasts: 2000, spec: {delay: 1}},
        {lasts: 2000, spec: {delay: 9}},
        {lasts: 1000, spec: {delay: 1}},
      ],
    })
  })

  it.each([
    {name: 'neither at nor after', entry: '{inject: cut, for: 1s}', message: /when\? give at or after/},
    {name: 'both', entry: '{at: 1s, after: 1s, inject: cut, for: 1s}', message: /both say when/},
    {name: 'no length', entry: '{at: 1s, inject: cut}', message: /how long/},
    {name: 'times alone', entry: '{at: 1s, inject: cut, for: 1s, times: 2}', message: /belong together/},
    {
      name: 'repetitions that overlap',
      entry: '{at: 1s, inject: cut, for: 2s, times: 2, every: 2500ms, phase: 600ms}',
      message: /before this one ends/,
    },
    {
      name: 'two courses',
      entry: '{at: 1s, inject: cut, for: 1s, trace: a.csv, ramp: {to: {delay: 1s}}}',
      message: /one of ramp, steps, trace and profile/,
    },
    {
      name: 'a ramp to what the kind does not have',
      entry: '{at: 1s, inject: cut, for: 1s, ramp: {to: {dealy: 1s}}}',
      message: /a netem fault has no dealy/,
    },
    {
      name: 'steps too short',
      entry: '{at: 1s, inject: cut, for: 1s, ramp: {to: {delay: 1s}, steps: 20}}',
      message: /shorter than 100ms/,
    },
    {
      name: 'a trace that is not there',
      entry: '{at: 1s, inject: cut, trace: a.csv}',
      message: /a\.csv can not be read/,
    },
    {
      name: 'more than can be proven one by one',
      entry: '{at: 1s, inject: cut, for: 10s, times: 100, every: 10s, ramp: {to: {delay: 1s}, steps: 6}}',
      message: /comes to 600 faults/,
    },
  ])('refuses $name', async ({entry, message}) => {
    const {problems} = await problemsOf(withEntry(entry))
    expect(problems[0]?.message).toMatch(message)
    expect(problems[0]?.position?.line).toBe(10)
  })

  it('refuses budgets that say nothing, and those of unknown targets', async () => {
    const budget = async (text: string) =>
      (await problemsOf(good.replace('  expect:', `  budgets: [${text}]\n  expect:`))).problems[0]?.message
    expect(await budget('{target: api}')).toMatch(/one of down, late and in_a_row/)
    expect(await budget('{target: api, late: 5%}')).toMatch(/belong together/)
    expect(await budget('{target: apo, down: 5%}')).toMatch(/no target or group "apo"/)
  })
})
