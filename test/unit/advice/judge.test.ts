import {describe, expect, it} from 'vitest'
import {judge} from '../../../src/advice/judge.ts'
import type {Observed} from '../../../src/advice/observed.ts'
import {RULES} from '../../../src/advice/rules/index.ts'
import {RULE_NAMES, type Rule, makeFinding} from '../../../src/advice/rule.ts'
import {ETH0, bad, good, namesOf, observedOf, serviceOf, targetOf, walkOf} from '../../support/observed.ts'

const NO_ROUTE = {status: 'refused', kind: 'none', entry: null} as const
const NO_V6 = walkOf('2001:db8::1', {route: NO_ROUTE, gateway: null, ping: null, tcp: bad('NET_NO_ROUTE')})
const silent = (address: string): ReturnType<typeof walkOf> =>
  walkOf(address, {
    ping: {status: 'failed', failure: failure('PING_TIMEOUT')},
    mtu: null,
    tcp: bad('TCP_TIMEOUT'),
  })
const failure = (code: Parameters<typeof bad>[0]): never => {
  const outcome = bad(code)
  if (outcome.status !== 'failed') throw new Error('not failed')
  return outcome.failure as never
}

const chain = [
  {
    subject: 'CN=shop.example',
    issuer: 'CN=ca',
    names: ['shop.example'],
    serial: '1',
    valid_from: '2026-01-01T00:00:00.000Z',
    valid_to: '2026-03-01T00:00:00.000Z',
    sha256: '',
    key: 'EC',
  },
]
const at = (text: string): number => Date.parse(text)
const expired = bad('TLS_CERT_EXPIRED', {tls: {chain, problems: ['TLS_CERT_EXPIRED']} as never})
const skewed = {server: at('2026-02-01T00:00:00Z'), own: at('2026-06-01T00:00:00Z')}

const CASES: readonly (readonly [
  what: string,
  change: Partial<Observed>,
  code: string | null,
  layer?: string,
])[] = [
  ['a healthy walk', {}, null],
  ['a machine without IPv6 beside working IPv4', {addresses: [walkOf('10.1.0.1'), NO_V6]}, null],
  [
    'no IPv6 route on a machine with an IPv6 address',
    {
      links: [
        {
          ...ETH0,
          addresses: [
            ...ETH0.addresses,
            {address: '2001:db8:1::2', family: 6, prefix: 64, scope: 'global', tentative: false},
          ],
        },
      ],
      addresses: [walkOf('10.1.0.1'), NO_V6],
    },
    'NET_FAMILY_BROKEN',
    'route',
  ],
  [
    'a closed port beside a family that this machine lacks',
    {addresses: [NO_V6, walkOf('10.1.0.1', {tcp: bad('TCP_REFUSED')})], service: null},
    'TCP_REFUSED',
    'tcp',
  ],
  ['broken IPv4', {addresses: [walkOf('2001:db8::1'), silent('10.1.0.1')]}, 'NET_FAMILY_BROKEN'],
  ['a silent host', {addresses: [silent('10.1.0.1')], service: null}, 'TCP_TIMEOUT', 'tcp'],
  [
    'a port that is dropped while ping is not possible here',
    {
      addresses: [
        walkOf('10.1.0.1', {ping: {status: 'unseen', because: 'no right'}, tcp: bad('TCP_TIMEOUT')}),
      ],
      service: null,
    },
    'TCP_TIMEOUT',
  ],
  [
    'a tunnel device that is down beside a link that works',
    {
      links: [{...ETH0, name: 'tunl0', up: false, addresses: []}, ETH0],
      addresses: [silent('10.1.0.1')],
      service: null,
    },
    'TCP_TIMEOUT',
  ],
  [
    'an expired certificate',
    {service: serviceOf({tls: expired, http: bad('TLS_CERT_EXPIRED')})},
    'TLS_CERT_EXPIRED',
  ],
  [
    'an expired certificate and a server with another time',
    {service: serviceOf({tls: expired, http: bad('TLS_CERT_EXPIRED'), clocks: skewed})},
    'CLOCK_SKEW',
  ],
  [
    'a control that shares our time, so that the wrong clock is the server’s',
    {
      service: serviceOf({tls: expired, http: bad('TLS_CERT_EXPIRED'), clocks: skewed}),
      controls: [{target: 'https://other/', outcome: good(), clocks: {server: skewed.own, own: skewed.own}}],
    },
    'TLS_CERT_EXPIRED',
  ],
  [
    'a certificate that is expired by the server’s time as well',
    {
      service: serviceOf({
        tls: expired,
        http: bad('TLS_CERT_EXPIRED'),
        clocks: {server: at('2026-05-01T00:00:00Z'), own: at('2026-06-01T00:00:00Z')},
      }),
    },
    'TLS_CERT_EXPIRED',
  ],
  [
    'a redirect to a host to which nobody else is sent',
    {
      target: targetOf('http://shop.example/'),
      service: serviceOf({
        tls: null,
        http: good({http: {status: 302, header: {location: 'https://www.example/'}} as never}),
        portal: {answered: false, location: null},
      }),
    },
    null,
  ],
  [
    'a resolver that fails while the hosts file knows the name',
    {
      names: namesOf({
        hosts: ['10.1.0.1'],
        resolvers: [
          {
            ...walkOf('10.0.0.53'),
            answers: [{name: 'shop.example', family: 4, outcome: bad('DNS_SERVFAIL')}],
          },
        ],
      }),
    },
    null,
  ],
  [
    'large pings that are lost while the service works',
    {addresses: [walkOf('10.1.0.1', {mtu: {status: 'silent', passes: 1400, lost: 1500, link: 1500}})]},
    null,
  ],
]

describe('judge', () => {
  it.for(CASES)('%s', ([, change, code, layer]) => {
    const {cause} = judge(observedOf(change))
    expect(cause?.code ?? null).toBe(code)
    expect(cause?.layer ?? null).toBe(layer ?? cause?.layer ?? null)
  })

  it('keeps what works in spite of trouble as a warning', () => {
    const mtu = {status: 'silent', passes: 1400, lost: 1500, link: 1500} as const
    const {others} = judge(observedOf({addresses: [walkOf('10.1.0.1', {mtu})]}))
    expect(others.map(({code}) => code)).toEqual(['MTU_BLACKHOLE'])
  })

  it('blames the target when a control answers, and the own side when none does', () => {
    const blame = (control: ReturnType<typeof good>): string | undefined =>
      judge(
        observedOf({
          addresses: [{...silent('10.1.0.1'), gateway: null}],
          service: null,
          controls: [{target: 'ping://10.2.0.1', outcome: control, clocks: null}],
        }),
      ).cause?.blame
    expect([blame(good()), blame(bad('PING_TIMEOUT'))]).toEqual(['target', 'local'])
  })

  const rule = (
    name: Rule['name'],
    dependsOn: Rule['dependsOn'],
    addresses: readonly string[] | null,
  ): Rule => ({
    name,
    dependsOn,
    find: () => [makeFinding('TCP_REFUSED', {layer: 'tcp', text: name, addresses})],
  })

  it('suppresses a consequence only for the addresses that the cause covers', () => {
    const texts = (found: readonly string[] | null): readonly string[] =>
      judge(observedOf(), [rule('route', [], ['a', 'b']), rule('tcp', ['route'], found)]).suppressed.map(
        ({text}) => text,
      )
    expect(texts(['a'])).toEqual(['tcp'])
    expect(texts(['a', 'c'])).toEqual([])
    // A finding about everything, such as a name that does not resolve, follows from any cause below it.
    expect(texts(null)).toEqual(['tcp'])
  })

  it('has every rule once, and no circle among them', () => {
    expect(RULES.map(({name}) => name).toSorted()).toEqual([...RULE_NAMES].toSorted())
    const seen = new Map(RULES.map(({name, dependsOn}) => [name, dependsOn]))
    const reaches = (from: Rule['name'], path: readonly Rule['name'][]): boolean =>
      path.includes(from) || (seen.get(from) ?? []).some((next) => reaches(next, [...path, from]))
    expect(RULES.filter(({name}) => reaches(name, []))).toEqual([])
  })
})
