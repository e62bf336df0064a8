import {describe, expect, it} from 'vitest'
import {labSchema} from '../../../src/lab/schema.ts'

const good = {
  nodes: ['client', 'server'],
  links: [{between: ['client', 'server'], subnet: '10.77.0.0/24'}],
  servers: {
    api: {node: 'server', kind: 'tls-echo', proxy: true, port: 7000, options: {delay: '50ms'}},
    names: {node: 'server', kind: 'dns', port: 53, options: {records: {'a.test': '10.0.0.1'}}},
  },
}

describe('the lab section', () => {
  it('becomes a lab with durations in milliseconds and defaults filled in', () => {
    expect(labSchema.parse(good)).toMatchObject({
      isolation: 'auto',
      servers: {
        api: {
          node: 'server',
          kind: 'tls-echo',
          proxy: true,
          port: 7000,
          options: {delay: 50, behaviour: 'serve'},
        },
        names: {proxy: false, options: {records: {'a.test': '10.0.0.1'}, ttl: 60}},
      },
    })
  })

  it.each([
    ['an unknown key', {...good, node: []}, [], 'node'],
    [
      'a delay without unit',
      withServer({options: {delay: 50}}),
      ['servers', 'api', 'options', 'delay'],
      '50ms',
    ],
    [
      'an option of another kind',
      withServer({options: {rcode: 'SERVFAIL'}}),
      ['servers', 'api', 'options'],
      'rcode',
    ],
    ['a server on no node', withServer({node: 'sever'}), ['servers', 'api', 'node'], 'no node "sever"'],
    [
      'a link to no node',
      {...good, links: [{between: ['client', 'x'], subnet: '10.0.0.0/24'}]},
      ['links', 0, 'between', 1],
      'no node "x"',
    ],
    [
      'a link to itself',
      {...good, links: [{between: ['client', 'client'], subnet: '10.0.0.0/24'}]},
      ['links', 0, 'between'],
      'two different nodes',
    ],
    [
      'a network with host bits',
      {...good, links: [{between: ['client', 'server'], subnet: '10.0.0.9/24'}]},
      ['links', 0, 'subnet'],
      'write 10.0.0.0/24',
    ],
    [
      'a server outside without its port',
      withServer({kind: 'upstream', options: {to: 'example.test'}}),
      ['servers', 'api', 'options', 'to'],
      'HOST:PORT',
    ],
    ['a node listed twice', {...good, nodes: ['client', 'server', 'client']}, ['nodes', 2], 'listed twice'],
  ])('refuses %s at its place', (_name, lab, path, message) => {
    const result = labSchema.safeParse(lab)
    const issues = result.success ? [] : result.error.issues
    expect(issues).toContainEqual(
      expect.objectContaining({path, message: expect.stringContaining(message) as string}),
    )
  })
})

function withServer(change: object): object {
  return {...good, servers: {api: {...good.servers.api, options: {}, ...change}}}
}
