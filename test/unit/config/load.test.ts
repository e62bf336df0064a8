import {describe, expect, it} from 'vitest'
import * as z from 'zod'
import {type LoadRequest, loadDocument} from '../../../src/config/load.ts'
import {
  durationBetween,
  durationSchema,
  nameSchema,
  percentSchema,
  portSchema,
  rateSchema,
  sizeSchema,
} from '../../../src/config/quantities.ts'
import {isUserError} from '../../../src/core/errors.ts'

const anything = z.looseObject({})

function load<S extends z.ZodType>(text: string, schema: S, env?: LoadRequest<S>['env']): z.output<S> {
  return loadDocument({file: 'a.yaml', text, schema, ...(env && {env})}).value
}

/** `line:column+length code message | advice …` of every problem. */
function problems(work: () => unknown): readonly string[] {
  try {
    work()
  } catch (error) {
    if (!isUserError(error)) throw error
    return error.problems.map(({code, message, position: at, advice = []}) =>
      [`${at?.line ?? 0}:${at?.column ?? 0}+${at?.length ?? 0} ${code} ${message}`, ...advice].join(' | '),
    )
  }
  return []
}

describe('YAML', () => {
  it.each([
    ['a: [1, 2', '1:9+1 CONFIG_SYNTAX'],
    ['a: 1\nb: "open\n', 'CONFIG_SYNTAX'],
    ['a: 1\na: 2', '2:1+1 CONFIG_SYNTAX the key is there twice'],
    ['a: *nobody', 'CONFIG_SYNTAX'],
    ['a: 1\n---\nb: 2', 'CONFIG_SYNTAX'],
    ['', '1:1+1 CONFIG_EMPTY the document is empty'],
    ['# only a comment\n', 'CONFIG_EMPTY'],
    ['{}', 'CONFIG_EMPTY'],
    ['- a\n- b', 'CONFIG_INVALID expected a mapping, found a list'],
    ['just text', 'CONFIG_INVALID expected a mapping, found "just text"'],
  ])('%j is refused', (text, expected) => {
    expect(problems(() => load(text, anything)).join('\n')).toContain(expected)
  })

  it('may use aliases and merge keys', () => {
    const text = 'base: &base {interval: 5s, timeout: 1s}\nmore:\n  <<: *base\n  timeout: 2s\nsame: *base'
    expect(load(text, anything)).toEqual({
      base: {interval: '5s', timeout: '1s'},
      more: {interval: '5s', timeout: '2s'},
      same: {interval: '5s', timeout: '1s'},
    })
  })

  it('shows a mistake that came in by a merge key where it was written', () => {
    const schema = z.strictObject({base: z.unknown(), more: z.strictObject({interval: durationSchema})})
    expect(problems(() => load('base: &b {interval: 5}\nmore: {<<: *b}', schema))).toEqual([
      '1:21+1 CONFIG_INVALID 5 has no unit: write 5ms or 5s',
    ])
  })

  it('of a few lines can not blow up to gigabytes', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef'])
      bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]`)
    expect(problems(() => load(bomb.join('\n'), anything))).toEqual([
      expect.stringContaining('CONFIG_SYNTAX'),
    ])
  })

  it('may begin with a byte order mark and have Windows line ends', () => {
    const schema = z.strictObject({a: z.string(), b: z.string()})
    expect(load('\uFEFFa: x\r\nb: y\r\n', schema)).toEqual({a: 'x', b: 'y'})
    expect(problems(() => load('\uFEFFa: x\r\nb: 5\r\n', schema))).toEqual([
      '2:4+1 CONFIG_INVALID expected text, found 5',
    ])
  })
})

describe('the schema', () => {
  const shape = z.strictObject({
    name: z.string(),
    count: z.int().min(1).max(9).optional(),
    list: z
      .array(z.strictObject({size: z.number()}))
      .min(1)
      .optional(),
    mode: z.enum(['reject', 'drop']).optional(),
    either: z.union([z.string(), z.strictObject({url: z.string()})]).optional(),
  })

  it.each([
    ['count: 2', '1:1+8 CONFIG_INVALID "name" is missing'],
    ['name: a\ncount: two', '2:8+3 CONFIG_INVALID expected a number, found "two"'],
    ['name: a\ncount: 2.5', '2:8+3 CONFIG_INVALID expected a whole number, found 2.5'],
    ['name: a\ncount: 10', '2:8+2 CONFIG_INVALID 10 is too large: at most 9'],
    ['name: a\nlist: []', '2:7+2 CONFIG_EMPTY the list is empty | add at least one entry'],
    ['name: a\nlist:\n  - {size: 1}\n  - {}', '4:5+2 CONFIG_INVALID "size" is missing'],
    [
      'name: a\nlist: [{size: 1, sice: 2}]',
      '2:18+4 CONFIG_UNKNOWN_KEY unknown key "sice" | did you mean "size"?',
    ],
    [
      'name: a\nmode: rejekt',
      '2:7+6 CONFIG_INVALID expected one of reject, drop, found "rejekt" | did you mean "reject"?',
    ],
    ['name: a\neither: 5', '2:9+1 CONFIG_INVALID expected text or a mapping, found 5'],
    [
      'name: a\neither: {ulr: x, url: y}',
      '2:10+3 CONFIG_UNKNOWN_KEY unknown key "ulr" | did you mean "url"?',
    ],
    ['name:', '1:1+4 CONFIG_INVALID expected text, found nothing'],
    [
      'name: a\nzzz: 1',
      '2:1+3 CONFIG_UNKNOWN_KEY unknown key "zzz" | known here: name, count, list, mode, either',
    ],
  ])('%j', (text, expected) => {
    expect(problems(() => load(text, shape))).toEqual([expected])
  })

  it('reports everything at once, in the order of the lines', () => {
    const found = problems(() => load('zzz: 1\ncount: x\nmode: y', shape))
    expect(found.map((line) => line.split('+')[0])).toEqual(['1:1', '1:1', '2:8', '3:7'])
  })
})

describe('quantities', () => {
  const schema = z.strictObject({
    wait: durationSchema.optional(),
    short: durationBetween(10, 1000).optional(),
    rate: rateSchema.optional(),
    loss: percentSchema.optional(),
    size: sizeSchema.optional(),
    port: portSchema.optional(),
    name: nameSchema.optional(),
  })

  it('become numbers', () => {
    const text = 'wait: 1h30m\nshort: 250ms\nrate: 10mbit\nloss: 2.5%\nsize: 4KiB\nport: 443\nname: api-1'
    expect(load(text, schema)).toEqual({
      wait: 5_400_000,
      short: 250,
      rate: 10_000_000,
      loss: 0.025,
      size: 4096,
      port: 443,
      name: 'api-1',
    })
  })

  it.each([
    ['wait: 5', '5 has no unit: write 5ms or 5s'],
    ['wait: 5 parsecs', '"5 parsecs" is not a duration'],
    ['wait: -5s', '"-5s" is not a duration'],
    ['wait: true', 'expected a duration such as 250ms, found true'],
    ['short: 5ms', '5ms is out of range: it must be at least 10ms'],
    ['short: 5s', '5s is out of range: it must be at most 1s'],
    ['rate: 10', '10 has no unit: write 10kbit or 10mbit'],
    ['loss: 5', '5 has no unit: write 5%'],
    ['loss: 101%', '101% is more than 100%'],
    ['size: 1400', '1400 has no unit: write 1400B or 1400kB'],
    ['port: 0', '0 is too small: at least 1'],
    ['port: 65536', '65536 is too large: at most 65535'],
    ['name: a.b', '"a.b" is not a name'],
  ])('%s is refused', (text, expected) => {
    const found = problems(() => load(text, schema))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`CONFIG_INVALID ${expected}`)
  })

  it('have a pattern in JSON Schema that takes what is taken and refuses bare numbers', () => {
    const json = z.toJSONSchema(schema, {io: 'input'}) as {properties: Record<string, {pattern: string}>}
    const patternOf = (key: string): RegExp => new RegExp(json.properties[key]?.pattern ?? '^$')
    for (const text of ['250ms', '1h30m', '0.5s']) expect(text).toMatch(patternOf('wait'))
    for (const text of ['10mbit', '512kbit', '5kbps']) expect(text).toMatch(patternOf('rate'))
    for (const key of ['wait', 'rate', 'loss', 'size']) expect('5').not.toMatch(patternOf(key))
  })
})

describe('environment variables', () => {
  const env = (name: string): string | undefined =>
    ({HOST: 'db.internal', PORT: '5432', TOKEN: 'hunter2-secret', MAP: '{a: 1}', EMPTY: ''})[name]

  it('are put into values, several in one and in lists', () => {
    const text = 'a: "tcp://${HOST}:${PORT}"\nb: ["${HOST}", x]\nc: "${EMPTY}"'
    expect(load(text, anything, env)).toEqual({a: 'tcp://db.internal:5432', b: ['db.internal', 'x'], c: ''})
  })

  it('give a number where the value is not quoted, and text where it is', () => {
    expect(load('a: ${PORT}\nb: "${PORT}"', anything, env)).toEqual({a: 5432, b: '5432'})
  })

  it('can not smuggle structure in', () => {
    expect(load('a: ${MAP}', anything, env)).toEqual({a: '{a: 1}'})
  })

  it('stay out of keys', () => {
    expect(load('"${HOST}": 1', anything, env)).toEqual({'${HOST}': 1})
  })

  it('are left alone behind a doubled dollar sign', () => {
    expect(load('a: "$${HOST} ${HOST}"', anything, env)).toEqual({a: '${HOST} db.internal'})
  })

  it('that are missing are shown where they stand, also inside a longer text', () => {
    expect(problems(() => load('a: x\nb: "tcp://${HOST}:${PROT}"', anything, env))).toEqual([
      '2:19+7 CONFIG_REFERENCE the environment has no variable PROT | set it: export PROT=…',
    ])
  })

  it('with a malformed reference are refused', () => {
    expect(problems(() => load('a: "${not a name}"', anything, env))).toEqual([
      expect.stringContaining('1:5+13 CONFIG_INVALID this refers to nothing'),
    ])
  })

  it('never show their value in a message', () => {
    const found = problems(() => load('a: "${TOKEN}"', z.strictObject({a: durationSchema}), env))
    expect(found).toEqual([expect.stringContaining('"${TOKEN}" is not a duration')])
    expect(found.join()).not.toContain('hunter2')
  })

  it('in braces without quotes get the advice to quote them', () => {
    expect(problems(() => load('a: {b: ${HOST}}', anything, env))).toEqual([
      expect.stringContaining('inside { } and [ ] a ${NAME} needs quotes'),
    ])
  })
})

describe('a loaded document', () => {
  const text = 'targets:\n  api:\n    policy: "nobody"\n    expect: []\nlist: [one, "two == 1"]\n'
  const document = loadDocument({file: 'a.yaml', text, schema: anything})

  it('tells where values and keys stand', () => {
    expect(document.positionOf(['targets', 'api', 'policy'])).toMatchObject({line: 3, column: 13, length: 8})
    expect(document.keyPositionOf(['targets', 'api', 'policy'])).toMatchObject({
      line: 3,
      column: 5,
      length: 6,
    })
    expect(document.positionOf(['list', 1])).toMatchObject({
      line: 5,
      column: 13,
      source: 'list: [one, "two == 1"]',
    })
    expect(document.positionOf(['list', 1], {at: 4, length: 5})).toMatchObject({
      line: 5,
      column: 18,
      length: 5,
    })
  })

  it('tells the nearest place for what is not there', () => {
    expect(document.positionOf(['targets', 'api', 'url', 'port'])).toMatchObject({line: 2, column: 3})
  })

  it('warns of lists of conditions that are empty', () => {
    expect(document.warnings).toMatchObject([{code: 'CONFIG_EMPTY', position: {line: 4, column: 5}}])
  })

  it('parses conditions with what only the caller knows, and shows their mistakes in place', () => {
    const path = ['list', 1]
    expect(problems(() => document.conditionAt(path, 'two == 1', {subjects: ['api']}))).toEqual([
      '5:14+3 CONFIG_REFERENCE there is no "two" to ask for | known here: api',
    ])
  })
})
