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
