import {describe, expect, it} from 'vitest'
import {type Problem, isUserError} from '../../../../src/core/errors.ts'
import {type CheckSource, loadCheck} from '../../../../src/scenarios/check/load-check.ts'

const ENV: Readonly<Record<string, string>> = {DB: 'db.secret.internal'}
const load = async (texts: string | readonly CheckSource[], selection = {}) =>
  loadCheck(typeof texts === 'string' ? [{file: 'n.yaml', text: texts}] : texts, {
    env: (name) => ENV[name],
    only: [],
    tags: [],
    ...selection,
  })

async function problemsOf(
  texts: string | readonly CheckSource[],
  selection = {},
): Promise<readonly Problem[]> {
  try {
    await load(texts, selection)
  } catch (error) {
    if (isUserError(error)) return error.problems
    throw error
  }
  return []
}

const DOCUMENT = `version: 1
defaults: {timeout: 1s, interval: 2s, policy: mine}
targets:
  b: {url: "tcp://192.0.2.1:1", tags: [x], expect: ["ok == true", {any: ["rtt.max < 1s"]}]}
  a: {url: "tcp://\${DB}:2", tags: [x, y], timeout: 4s, count: 7}
  c: ping://192.0.2.3
policies:
  mine: {extends: low-latency}
`

describe('loadCheck', () => {
  it('keeps the order, fills in defaults and remembers where things stand', async () => {
    const {targets, secrets} = await load(DOCUMENT)
    expect(targets.map(({name}) => name)).toEqual(['b', 'a', 'c'])
    expect(targets.map(({timeout, interval, count}) => [timeout, interval, count])).toEqual([
      [1000, 2000, 1],
      [4000, 2000, 7],
      [1000, 2000, 1],
    ])
    expect(targets.map(({policy}) => [policy?.name, policy?.attemptTimeout])).toEqual([
      ['mine', 1000],
      ['mine', 4000],
      ['mine', 1000],
    ])
    expect(targets[0]?.expectations.map(({place}) => [place.line, place.column])).toEqual([
      [4, 53],
      [4, 67],
    ])
    expect(targets[1]?.place).toEqual({file: 'n.yaml', line: 5, column: 3})
    expect(secrets).toEqual(['db.secret.internal'])
  })

  it.each([
    [{only: ['c', 'b']}, ['b', 'c']],
    [{tags: ['y', 'x']}, ['b', 'a']],
    [{only: ['b', 'c'], tags: ['x']}, ['b']],
  ])('selects by %o', async (selection, names) => {
    expect((await load(DOCUMENT, selection)).targets.map(({name}) => name)).toEqual(names)
  })

  it('puts the file before a name that two documents use', async () => {
    const text = 'version: 1\ntargets: {api: "tcp://192.0.2.1:1"}\n'
    const sources = [
      {file: 'a.yaml', text},
      {file: 'b.yaml', text: `${text}`},
    ]
    expect((await load(sources)).targets.map(({name}) => name)).toEqual(['a.yaml#api', 'b.yaml#api'])
    expect((await load(sources, {only: ['b.yaml#api']})).targets).toHaveLength(1)
  })

  it.each<[string, object, string, string]>([
    [DOCUMENT, {only: ['bb']}, 'CONFIG_REFERENCE', 'there is no target "bb"'],
    [DOCUMENT, {tags: ['z']}, 'CONFIG_REFERENCE', 'there is no target with the tag "z"'],
    [DOCUMENT, {only: ['c'], tags: ['x']}, 'CONFIG_EMPTY', 'no target has one of these names'],
    ['version: 1\n', {}, 'CONFIG_EMPTY', 'has no targets'],
    ['version: 1\ntargets: {a: "tcp://{web}"}\n', {}, 'CONFIG_REFERENCE', '{web} is only known inside a lab'],
    [
      'version: 1\ntargets: {a: {url: "tcp://h:1", policy: lowlatency}}\n',
      {},
      'POLICY_UNKNOWN',
      'lowlatency',
    ],
    [
      'version: 1\ntargets: {a: {url: "tcp://h:1", expect: ["dns.ttl > 1s"]}}\n',
      {},
      'CONFIG_CONDITION',
      'has no dns.ttl',
    ],
    [
      'version: 1\ntargets: {a: {url: "tcp://h:1", expect: "downtime < 1s"}}\n',
      {},
      'CONFIG_CONDITION',
      'has no downtime',
    ],
    ['version: 1\ntargets: {a: {url: "tcp://h:1", expect: clozed}}\n', {}, 'CONFIG_CONDITION', ''],
  ])('refuses %j with %o', async (text, selection, code, message) => {
    const [problem] = await problemsOf(text, selection)
    expect(problem?.code).toBe(code)
    expect(problem?.message).toContain(message)
  })

  it('shows the mistakes of all documents at once', async () => {
    const problems = await problemsOf([
      {file: 'a.yaml', text: 'version: 1\ntarget: {}\n'},
      {file: 'b.yaml', text: 'version: 2\n'},
    ])
    expect(problems.map(({position}) => position?.file)).toEqual(['a.yaml', 'b.yaml'])
  })
})

describe('include', () => {
  const FILES: Readonly<Record<string, string>> = {
    'sub/b.yaml':
      'version: 1\ninclude: [c.yaml]\ndefaults: {timeout: 4s}\ntargets: {b: "tcp://192.0.2.2:1"}\n',
    'sub/c.yaml':
      'version: 1\ntargets:\n  c: {url: "tcp://192.0.2.3:1"}\n  d: {url: "http://${file:secret}/"}\n',
    'sub/secret': 'hidden.internal\n',
    'sub/circle.yaml': 'version: 1\ninclude: [../circle.yaml]\ntargets: {z: "tcp://192.0.2.9:1"}\n',
    'circle.yaml': 'version: 1\ninclude: [sub/circle.yaml]\n',
    'sub/wrong.yaml': 'version: 1\n\ntarget: {}\n',
  }
  const read = async (path: string): Promise<string | null> => FILES[path] ?? null
  const main = (list: string): string =>
    `version: 1\ninclude:\n  - ${list}\ndefaults: {timeout: 1s}\ntargets: {a: "tcp://192.0.2.1:1"}\n`

  it('adds the targets of other documents, each with its own defaults, place and folder', async () => {
    const {targets, files, secrets} = await load(main('sub/b.yaml'), {read})
    expect(files).toEqual(['n.yaml', 'sub/b.yaml', 'sub/c.yaml'])
    expect(targets.map(({name, timeout, place}) => [name, timeout, place.file, place.line])).toEqual([
      ['a', 1000, 'n.yaml', 5],
      ['b', 4000, 'sub/b.yaml', 4],
      ['c', 3000, 'sub/c.yaml', 3],
      ['d', 3000, 'sub/c.yaml', 4],
    ])
    expect(targets.at(-1)?.url.host).toBe('hidden.internal')
    expect(secrets).toContain('hidden.internal')
  })

  it('takes a document once, however often it is named', async () => {
    const {targets} = await load(main('sub/c.yaml\n  - sub/b.yaml\n  - sub/c.yaml'), {read})
    expect(targets.map(({name}) => name)).toEqual(['a', 'c', 'd', 'b'])
  })

  it.each([
    [
      'circle.yaml',
      'CONFIG_REFERENCE',
      'sub/circle.yaml:2:11',
      'circle.yaml → sub/circle.yaml → circle.yaml',
    ],
    ['n.yaml', 'CONFIG_REFERENCE', 'n.yaml:3:5', 'n.yaml → n.yaml'],
    ['nowhere.yaml', 'CONFIG_FILE', 'n.yaml:3:5', 'the document nowhere.yaml can not be read'],
    ['sub/wrong.yaml', 'CONFIG_UNKNOWN_KEY', 'sub/wrong.yaml:3:1', 'unknown key "target"'],
    ['3', 'CONFIG_INVALID', 'n.yaml:3:5', 'expected text, found 3'],
  ])('of %s is refused with %s at %s', async (entry, code, place, message) => {
    const [problem] = await problemsOf(main(entry), {read})
    expect(problem?.code).toBe(code)
    expect(`${problem?.position?.file}:${problem?.position?.line}:${problem?.position?.column}`).toBe(place)
    expect(problem?.message).toContain(message)
  })

  it('says which file of a secret can not be read', async () => {
    const [problem] = await problemsOf('version: 1\ntargets: {a: "http://${file:nope}/"}\n', {read})
    expect(problem).toMatchObject({code: 'CONFIG_FILE', message: 'the file nope can not be read'})
    expect(problem?.position).toMatchObject({line: 2, column: 22})
  })
})
