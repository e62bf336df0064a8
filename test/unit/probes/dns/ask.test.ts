import {expect, test} from 'vitest'
import {parseTargetUrl} from '../../../../src/core/target.ts'
import {type Ask, askOf} from '../../../../src/probes/dns/ask.ts'
import {describeQuestion} from '../../../../src/probes/dns/codec/message.ts'
import {dnsOptions} from '../../../../src/probes/dns/options.ts'

function ask(url: string, options: Readonly<Record<string, unknown>> = {}): Ask | {readonly badName: string} {
  const parsed = parseTargetUrl(url)
  if (!parsed.ok) throw new Error(parsed.because)
  return askOf(parsed.value, dnsOptions.parse(options))
}

function question(url: string, options?: Readonly<Record<string, unknown>>): string {
  const found = ask(url, options)
  return 'badName' in found ? found.badName : describeQuestion(found.question)
}

test.for([
  ['dns:///name.example', {}, 'name.example. IN A'],
  ['dns:///name.example.', {}, 'name.example. IN A'],
  ['dns:///name.example?type=aaaa', {}, 'name.example. IN AAAA'],
  ['dns:///name.example', {type: 'MX'}, 'name.example. IN MX'],
  ['dns:///name.example?type=mx', {type: 'MX'}, 'name.example. IN MX'],
  ['dns:///name.example?type=TYPE65&class=CLASS3', {}, 'name.example. CH HTTPS'],
  ['dns://192.0.2.53/version.bind?type=TXT&class=CH', {}, 'version.bind. CH TXT'],
  ['dns:///.?type=NS', {}, '. IN NS'],
  ['dns:///192.0.2.1', {}, '1.2.0.192.in-addr.arpa. IN PTR'],
  ['dns:///192.0.2.1?type=ptr', {}, '1.2.0.192.in-addr.arpa. IN PTR'],
  ['dns:///192.0.2.1?type=A', {}, '192.0.2.1. IN A'],
  [
    'dns:///2001:db8::567:89ab',
    {},
    'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. IN PTR',
  ],
  ['dns:///münchen.example', {}, 'xn--mnchen-3ya.example. IN A'],
  ['dns:///_dmarc.bücher.example?type=TXT', {}, '_dmarc.xn--bcher-kva.example. IN TXT'],
] as const)('%s with %o asks for %s', ([url, options, expected]) => {
  expect(question(url, options)).toBe(expected)
})

test.for([
  [`dns:///${'a'.repeat(64)}.example`, /more than 63/],
  ['dns:///a..example', /empty label/],
  [`dns:///${'abcdefg.'.repeat(32)}example`, /more than 255/],
  [String.raw`dns:///a\300.example`, /wrong escape/],
] as const)('%s is a bad name', ([url, because]) => {
  expect(question(url)).toMatch(because)
})

test.for([
  ['dns://192.0.2.53', {}, /names nothing to ask for/],
  ['dns:///name.example?typ=A', {}, /not typ=/],
  ['dns:///name.example?type=AAAAA', {}, /did you mean AAAA/],
  ['dns:///name.example?class=XX', {}, /not a class/],
  ['dns:///name.example', {edns: '0B', do: true}, /do needs EDNS/],
  ['dns:///name.example?type=A', {type: 'MX'}, /asks for type A, the options ask for MX/],
] as const)('%s with %o is a mistake', ([url, options, because]) => {
  expect(() => ask(url, options)).toThrow(because)
})

test.for([
  [{type: 'NOPE'}],
  [{class: 'NOPE'}],
  [{edns: 1232}],
  [{edns: '100B'}],
  [{transport: 'tls'}],
  [{recursion: true}],
])('the options %o are refused', ([options]) => {
  expect(dnsOptions.safeParse(options).success).toBe(false)
})

test('the options have their defaults', () => {
  expect(dnsOptions.parse({})).toEqual({
    rd: true,
    cd: false,
    do: false,
    transport: 'auto',
    edns: 1232,
    nsid: false,
    cookie: false,
    dnssec: false,
    servers: [],
    compare: false,
    doh_path: '/dns-query',
    doh_method: 'post',
    ca: [],
    verify: true,
  })
})
