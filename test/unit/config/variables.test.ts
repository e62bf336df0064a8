import * as z from 'zod'
import {describe, expect, it} from 'vitest'
import {loadDocument} from '../../../src/config/load.ts'
import {variablesSchema} from '../../../src/config/variables.ts'
import {problemsIn} from './support.ts'

const schema = z.strictObject({
  variables: variablesSchema.optional(),
  a: z.unknown(),
  b: z.unknown().optional(),
})
const HEAD = `variables:
  outage: {default: 5s, type: duration, description: how long}
  target: {default: 'tls://{api}/x', type: target}
  size: 3
  mode: {default: drop, choices: [drop, reject]}
  token: \${SECRET}
`

const load = (text: string, set: Record<string, string> = {}) =>
  loadDocument({
    file: 'd.yaml',
    text,
    schema,
    env: (name) => ({SECRET: 'hush-hush'})[name],
    set: new Map(Object.entries(set)),
  })

describe('variables of a document', () => {
  it.each([
    {name: 'its default', text: 'a: ${var:outage}', set: {}, value: '5s'},
    {name: 'what was set', text: 'a: ${var:outage}', set: {outage: '7s'}, value: '7s'},
    {name: 'a number where it stands alone', text: 'a: ${var:size}', set: {}, value: 3},
    {name: 'a text in quotes', text: "a: '${var:size}'", set: {}, value: '3'},
    {name: 'a part of a text', text: "a: 'x${var:size}y${var:mode}'", set: {}, value: 'x3ydrop'},
    {name: 'what the environment holds', text: 'a: ${var:token}', set: {}, value: 'hush-hush'},
    {name: 'nothing where it is quoted twice', text: 'a: $${var:size}', set: {}, value: '${var:size}'},
    {name: 'the server of the lab in a scope', text: "a: '${var:target.to}'", set: {}, value: 'api'},
    {
      name: 'host and port in a scope',
      text: "a: '${var:target.to}'",
      set: {target: 'h.example:8443'},
      value: 'h.example:8443',
    },
    {
      name: 'host and port with the scheme and path of the default',
      text: 'a: ${var:target}',
      set: {target: 'h.example:8443'},
      value: 'tls://h.example:8443/x',
    },
    {
      name: 'a whole URL',
      text: 'a: ${var:target}',
      set: {target: 'https://h.example/'},
      value: 'https://h.example/',
    },
  ])('give $name', ({text, set, value}) => {
    expect(load(`${HEAD}${text}\n`, set).value.a).toBe(value)
  })

  it('are told apart from secrets, and from what was not set', () => {
    const {variables, substitutions} = load(`${HEAD}a: \${var:outage}\n`, {outage: '7s'})
    expect(substitutions.map(({name}) => name)).toEqual(['SECRET'])
    expect(variables.filter(({given}) => given).map(({name}) => name)).toEqual(['outage'])
    expect(variables[0]).toEqual({
      name: 'outage',
      type: 'duration',
      value: '7s',
      given: true,
      description: 'how long',
    })
  })

  it.each([
    {
      name: 'an unknown one',
      text: 'a: ${var:outag}',
      set: {},
      code: 'CONFIG_REFERENCE',
      message: /no variable "outag"/,
    },
    {
      name: 'a part that there is not',
      text: "a: '${var:size.to}'",
      set: {},
      code: 'CONFIG_REFERENCE',
      message: /size.to/,
    },
    {
      name: 'a set one that is unknown',
      text: 'a: 1',
      set: {siz: '1'},
      code: 'USAGE_INVALID',
      message: /no variable "siz"/,
    },
    {
      name: 'the wrong type',
      text: 'a: 1',
      set: {outage: '7'},
      code: 'USAGE_INVALID',
      message: /outage: .*unit/,
    },
    {
      name: 'another choice',
      text: 'a: 1',
      set: {mode: 'burn'},
      code: 'USAGE_INVALID',
      message: /none of drop, reject/,
    },
    {
      name: 'no target',
      text: 'a: 1',
      set: {target: 'ftp://x'},
      code: 'USAGE_INVALID',
      message: /not a probe kind/,
    },
  ])('refuse $name', ({text, set, code, message}) => {
    const [problem] = problemsIn(() => load(`${HEAD}${text}\n`, set))
    expect(problem).toMatchObject({code, message: expect.stringMatching(message)})
  })

  it('refuse a default of the wrong type at its place, and none at all', () => {
    const text = 'variables:\n  a: {default: 5, type: duration}\n  b: {type: text}\na: 1\n'
    expect(problemsIn(() => load(text))).toMatchObject([
      {code: 'USAGE_INVALID', message: expect.stringContaining('--set b=VALUE')},
      {code: 'CONFIG_INVALID', position: {line: 2, column: 6}},
    ])
  })

  it('are replaced where nobody gave an environment, and nothing else is', () => {
    const text = 'variables: {n: x}\na: ${var:n}${HOME}$${b}\n'
    expect(loadDocument({file: 'd.yaml', text, schema}).value.a).toBe('x${HOME}$${b}')
  })
})
