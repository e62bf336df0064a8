import {describe, expect, it} from 'vitest'
import * as z from 'zod'
import {makeDocumentSchema} from '../../../src/config/document.ts'
import {loadDocument} from '../../../src/config/load.ts'
import {durationSchema} from '../../../src/config/quantities.ts'
import {isUserError} from '../../../src/core/errors.ts'
import {PROBE_KINDS} from '../../../src/core/target.ts'

const schema = makeDocumentSchema({
  targetOptions: {
    dns: {type: z.string().default('A')},
    tls: {sni: z.string().optional(), patience: durationSchema.optional()},
  },
  policy: z.strictObject({timeout: durationSchema}),
  sections: {lab: z.strictObject({nodes: z.array(z.string())}).optional()},
})

const load = (body: string) => loadDocument({file: 'd.yaml', text: `version: 1\n${body}`, schema}).value

function firstProblem(body: string): string {
  try {
    load(body)
  } catch (error) {
    if (!isUserError(error)) throw error
    return error.problems.map((problem) => `${problem.code} ${problem.message}`).join('; ')
  }
  return ''
}

describe('targets', () => {
  it('have a short form', () => {
    expect(load('targets: {api: "tcp://h:443"}').targets).toEqual({
      api: {url: 'tcp://h:443', kind: 'tcp', options: {}},
    })
  })

  it('have shared keys, and the options of their kind apart', () => {
    const body = `
defaults: {interval: 5s, timeout: 3s, policy: tunnel-client}
targets:
  api:
    url: tls://h:443
    sni: other
    patience: 2s
    expect: [ok == true, {any: [loss < 1%, rtt.p95 < 50ms]}]
    tags: [edge]
    interval: 1s
    role: control
    family: 6
    fall: 3`
    const {targets, defaults} = load(body)
    expect(defaults).toEqual({interval: 5000, timeout: 3000, policy: 'tunnel-client'})
    expect(targets?.['api']).toMatchObject({
      url: 'tls://h:443',
      kind: 'tls',
      options: {sni: 'other', patience: 2000},
      expect: [{field: 'ok'}, {any: [{field: 'loss'}, {field: 'rtt.p95'}]}],
      tags: ['edge'],
      interval: 1000,
      role: 'control',
      family: 6,
      fall: 3,
    })
  })

  it('get the defaults of their own kind only', () => {
    const {targets} = load('targets: {a: {url: "dns://h/x"}, short: "dns://h/x", b: {url: "icmp://h"}}')
    expect(targets).toMatchObject({
      short: {kind: 'dns', options: {type: 'A'}},
      a: {kind: 'dns', options: {type: 'A'}},
      b: {kind: 'ping', options: {}},
    })
  })

  it('may name a server of the lab where host and port belong', () => {
    expect(load('targets: {a: "tcp://{web}", b: {url: "dns://{ns}/example.org"}}').targets).toMatchObject({
      a: {url: 'tcp://{web}'},
      b: {url: 'dns://{ns}/example.org', kind: 'dns'},
    })
  })

  it.each([
    ['targets: {a: {url: "tcp://h:1", sni: x}}', 'CONFIG_UNKNOWN_KEY unknown key "sni"'],
    ['targets: {a: {url: "tls://h:1", type: A}}', 'CONFIG_UNKNOWN_KEY unknown key "type"'],
    [
      'targets: {a: {url: "gopher://h"}}',
      `CONFIG_INVALID "gopher" is not a probe kind; known: ${PROBE_KINDS.join(', ')}`,
    ],
    ['targets: {a: {url: "tls://"}}', 'CONFIG_INVALID "tls://" names no host'],
    [
      'targets: {a: {url: "tcp://h:1", interval: 1ms}}',
      'CONFIG_INVALID 1ms is out of range: it must be at least 10ms',
    ],
    ['targets: {a: {url: "tcp://h:1", role: target}}', 'CONFIG_INVALID expected control, found "target"'],
    ['targets: {a: {url: "tcp://h:1", family: 5}}', 'CONFIG_INVALID expected one of 4, 6, found 5'],
    ['targets: {a: {}}', 'CONFIG_INVALID "url" is missing'],
  ])('%s is refused', (body, expected) => {
    expect(firstProblem(body)).toBe(expected)
  })
})

describe('a document', () => {
  it('takes the sections that were passed in and no others', () => {
    expect(load('lab: {nodes: [a]}\npolicies: {p: {timeout: 5s}}')).toMatchObject({
      lab: {nodes: ['a']},
      policies: {p: {timeout: 5000}},
    })
    expect(firstProblem('drill: {}')).toBe('CONFIG_UNKNOWN_KEY unknown key "drill"')
  })

  it('needs its version', () => {
    expect(() => loadDocument({file: 'd.yaml', text: 'targets: {}', schema})).toThrow('"version" is missing')
  })
})
