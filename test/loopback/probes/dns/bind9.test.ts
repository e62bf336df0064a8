import {execFileSync} from 'node:child_process'
import {afterAll, beforeAll, expect, test} from 'vitest'
import type {DnsFacts} from '../../../../src/core/facts.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {dns} from '../../../../src/probes/dns/probe.ts'
import {type Bind9, startBind9} from '../../../support/bind9.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'

const LONG = Array.from({length: 40}, (_, index) => `many TXT "${String(index).padStart(60, 'x')}"`).join(
  '\n',
)

const ZONE = String.raw`
$TTL 3600
@        SOA   ns1 host\.master.example. 2024010199 7200 3600 1209600 300
@        NS    ns1
@        NS    ns2.example.net.
ns1      A     192.0.2.53
@        120 A 192.0.2.1
@        A     192.0.2.2
@        AAAA  2001:db8:0:0:1::1
@        AAAA  2001:db8::
@        AAAA  ::ffff:192.0.2.9
@        MX    10 mail
@        MX    20 mail2.example.net.
txt      TXT   "plain" "with \"quotes\" and \\ backslash" "tab\009 and \200" ""
srv      SRV   0 5 5060 sip
naptr    NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@drill.test!" .
caa      CAA   0 issue "ca.example.net; policy=ev"
caa      CAA   128 iodef "mailto:x@drill.test"
ds       DS    60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
key      DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
cds      CDS   60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
sig      RRSIG A 13 3 3600 20300101000000 20240101000000 60485 drill.test. QUJDREVGR0g=
nsec     NSEC  txt.drill.test. A AAAA MX RRSIG NSEC CAA TYPE65280
p3       NSEC3PARAM 1 0 10 AABBCCDD
_443._tcp TLSA 3 1 1 92003BA34942DC74152E2F2C408D29ECA5A520E7F2E06BB944F4DCA346BAF63C
ssh      SSHFP 1 1 123456789ABCDEF67890123456789ABCDEF67890
https    HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1
https    HTTPS 2 backup.example.net. mandatory=alpn alpn=h2 no-default-alpn key65000="\001x"
alias    HTTPS 0 other.example.net.
svcb     SVCB  1 svc ech="AEj+DQBE"
uri      URI   10 1 "https://www.example.net/path"
hinfo    HINFO "Generic PC" "Linux"
dname    DNAME elsewhere.example.net.
cname    CNAME @
dangling CNAME nowhere
unknown  TYPE65280 \# 4 DEADBEEF
empty    TYPE65281 \# 0
odd\.label\032x A 192.0.2.77
1.2.0.192.in-addr.arpa PTR here
sub      NS    ns.sub
ns.sub   A     192.0.2.99
${LONG}
`

let server: Bind9 | null
beforeAll(async () => {
  server = await startBind9('drill.test', ZONE)
})
afterAll(async () => server?.stop())

function dig(name: string, type: string): readonly string[] {
  const args = [
    '@127.0.0.1',
    '-p',
    String(server?.port),
    name,
    type,
    '+noall',
    '+answer',
    '+nosplit',
    '+norec',
  ]
  return execFileSync('dig', args, {encoding: 'utf8'}).split('\n').filter(Boolean)
}

async function probe(path: string, options: MeasureSetup['options'] = {}): Promise<Outcome> {
  return measureOnce(dns, `dns://127.0.0.1:${server?.port ?? 0}/${path}`, {options})
}

function factsOf(outcome: Outcome): DnsFacts {
  const facts =
    outcome.status === 'ok'
      ? outcome.reading.dns
      : outcome.status === 'failed'
        ? outcome.partial.dns
        : undefined
  if (!facts) throw new Error(JSON.stringify(outcome))
  return facts
}

/** The order of records in an answer is up to the server. */
const lines = (facts: DnsFacts): readonly string[] =>
  facts.sections.answer
    .map((each) => [each.name, each.ttl, each.class, each.type, each.data].join(' '))
    .toSorted()
const squeeze = (text: readonly string[]): readonly string[] =>
  text.map((line) => line.replace(/^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+/, '$1 $2 $3 $4 ')).toSorted()

const QUESTIONS: readonly (readonly [string, string])[] = [
  ['drill.test', 'A'],
  ['drill.test', 'AAAA'],
  ['drill.test', 'NS'],
  ['drill.test', 'SOA'],
  ['drill.test', 'MX'],
  ['txt.drill.test', 'TXT'],
  ['srv.drill.test', 'SRV'],
  ['naptr.drill.test', 'NAPTR'],
  ['caa.drill.test', 'CAA'],
  ['ds.drill.test', 'DS'],
  ['key.drill.test', 'DNSKEY'],
  ['cds.drill.test', 'CDS'],
  ['sig.drill.test', 'RRSIG'],
  ['nsec.drill.test', 'NSEC'],
  ['p3.drill.test', 'NSEC3PARAM'],
  ['_443._tcp.drill.test', 'TLSA'],
  ['ssh.drill.test', 'SSHFP'],
  ['https.drill.test', 'HTTPS'],
  ['alias.drill.test', 'HTTPS'],
  ['svcb.drill.test', 'SVCB'],
  ['uri.drill.test', 'URI'],
  ['hinfo.drill.test', 'HINFO'],
  ['dname.drill.test', 'DNAME'],
  ['cname.drill.test', 'CNAME'],
  ['cname.drill.test', 'A'],
  ['unknown.drill.test', 'TYPE65280'],
  ['empty.drill.test', 'TYPE65281'],
  ['1.2.0.192.in-addr.arpa.drill.test', 'PTR'],
]

test.for(QUESTIONS)('%s %s reads as dig shows it', async ([name, type], ctx) => {
  if (!server) ctx.skip('named is not installed')
  const facts = factsOf(await probe(name, {type, rd: false}))
  expect(lines(facts)).toEqual(squeeze(dig(name, type)))
  expect(facts.answers.length).toBeGreaterThan(0)
})

test('a name with a dot inside a label and a blank is asked and shown in escapes', async (ctx) => {
  if (!server) ctx.skip('named is not installed')
  const facts = factsOf(await probe(encodeURIComponent(String.raw`odd\.label\032x.drill.test`)))
  expect(facts.answers).toEqual(['192.0.2.77'])
  expect(facts.sections.answer[0]?.name).toBe(String.raw`odd\.label\032x.drill.test.`)
})

test('the facts of an answer: flags, smallest TTL, serial', async (ctx) => {
  if (!server) ctx.skip('named is not installed')
  expect(factsOf(await probe('drill.test'))).toMatchObject({
    rcode: 'NOERROR',
    ttl: 120,
    flags: ['aa', 'rd'],
    ad: false,
  })
  expect(factsOf(await probe('drill.test?type=SOA')).serial).toBe(2_024_010_199)
})

test('an answer that is too large for UDP comes over TCP, whole', async (ctx) => {
  if (!server) ctx.skip('named is not installed')
  const facts = factsOf(await probe('many.drill.test?type=TXT'))
  expect(facts).toMatchObject({transport: 'tcp', truncated: true})
  expect(facts.answers).toHaveLength(40)
  expect(lines(facts)).toEqual(squeeze(dig('many.drill.test', 'TXT')))
  const offered = factsOf(await probe('many.drill.test?type=TXT', {edns: '4096B'}))
  expect(offered).toMatchObject({transport: 'udp', truncated: false})
})

test.for([
  ['nothere.drill.test', 'DNS_NXDOMAIN', 'NXDOMAIN'],
  ['txt.drill.test', 'DNS_NODATA', 'NOERROR'],
  ['dangling.drill.test', 'DNS_NXDOMAIN', 'NXDOMAIN'],
  ['x.sub.drill.test', 'DNS_NODATA', 'NOERROR'],
  ['example.net', 'DNS_REFUSED', 'REFUSED'],
] as const)('%s is %s', async ([name, code, rcode], ctx) => {
  if (!server) ctx.skip('named is not installed')
  const outcome = await probe(name)
  expect(outcome).toMatchObject({status: 'failed', failure: {code}, partial: {dns: {rcode}}})
})

test('a delegation is named as the reason for an empty answer', async (ctx) => {
  if (!server) ctx.skip('named is not installed')
  const outcome = await probe('x.sub.drill.test')
  expect(outcome.status === 'failed' && outcome.failure.message).toContain('referral')
})

test('the class can be asked for', async (ctx) => {
  if (!server) ctx.skip('named is not installed')
  const facts = factsOf(await probe('version.bind?type=TXT&class=CH'))
  expect(facts.question).toEqual({name: 'version.bind.', type: 'TXT', class: 'CH'})
  expect(facts.answers).toHaveLength(1)
})

test('asking without EDNS, and over TCP only', async (ctx) => {
  if (!server) ctx.skip('named is not installed')
  expect(factsOf(await probe('drill.test', {edns: '0B'})).answers).toHaveLength(2)
  expect(factsOf(await probe('drill.test', {transport: 'tcp'}))).toMatchObject({
    transport: 'tcp',
    truncated: false,
  })
})
