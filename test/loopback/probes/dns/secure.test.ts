import {execFileSync} from 'node:child_process'
import {readFile, readdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {DnsFacts} from '../../../../src/core/facts.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {dns} from '../../../../src/probes/dns/probe.ts'
import {type Bind9, freePort, startNamed} from '../../../support/bind9.ts'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'

/** Signatures of the one zone hold for years, those of the other have ended. */
const ZONES = [
  {zone: 'good.test', end: '20400101000000'},
  {zone: 'ended.test', end: '20240201000000'},
]
const BEGIN = '20240101000000'

let authority: Bind9 | null
let resolver: Bind9 | null
let workshop: Workshop
let root: Issued
let certificate: Issued
let tlsPort: number
let httpsPort: number

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  certificate = await workshop.leaf({name: 'dns', san: ['DNS:dns.test', 'IP:127.0.0.1']}, root)
  const anchors: string[] = []
  authority = await startNamed(async (folder, port) => {
    for (const {zone, end} of ZONES) anchors.push(await signZone(folder, zone, end))
    const zones = ZONES.map(({zone}) => `zone "${zone}" { type primary; file "${folder}/${zone}.signed"; };`)
    return `${options(folder, port)} recursion no; dnssec-validation no; }; ${zones.join('\n')} controls { };`
  })
  if (!authority) return
  ;[tlsPort, httpsPort] = [await freePort(), await freePort()]
  resolver = await startNamed(async (folder, port) => {
    const {keyFile, certificateFile} = certificate
    return `
      tls own { cert-file "${certificateFile}"; key-file "${keyFile}"; };
      http ways { endpoints { "/dns-query"; }; };
      ${options(folder, port)}
        listen-on port ${tlsPort} tls own { 127.0.0.1; };
        listen-on port ${httpsPort} tls own http ways { 127.0.0.1; };
        recursion yes; dnssec-validation yes; server-id "unit-7"; forward only; empty-zones-enable no;
        forwarders { 127.0.0.1 port ${authority?.port ?? 0}; };
      };
      trust-anchors { ${anchors.join('\n')} };
      controls { };
    `
  })
})
afterAll(async () => {
  await resolver?.stop()
  await authority?.stop()
  await workshop.remove()
})

const options = (folder: string, port: number): string => `
  options {
    directory "${folder}"; pid-file none; session-keyfile none; managed-keys-directory "${folder}";
    listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`

/** Signs the zone in the folder and returns its key as a trust anchor. */
async function signZone(folder: string, zone: string, end: string): Promise<string> {
  const name = execFileSync(
    'dnssec-keygen',
    ['-q', '-K', folder, '-a', 'ECDSAP256SHA256', '-f', 'KSK', zone],
    {
      encoding: 'utf8',
    },
  ).trim()
  const key = (await readFile(join(folder, `${name}.key`), 'utf8'))
    .split('\n')
    .find((line) => line.includes('DNSKEY'))
  const text = `$TTL 300\n@ SOA ns.${zone}. root.${zone}. 7 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\nwww A 192.0.2.80\n${key}\n`
  await writeFile(join(folder, zone), text)
  execFileSync(
    'dnssec-signzone',
    ['-q', '-P', '-z', '-K', folder, '-s', BEGIN, '-e', end, '-o', zone, '-f', `${zone}.signed`, zone],
    {cwd: folder, stdio: 'pipe'},
  )
  expect(await readdir(folder)).toContain(`${zone}.signed`)
  const [flags, protocol, algorithm, ...data] = (key ?? '').split('DNSKEY')[1]?.trim().split(/\s+/) ?? []
  return `"${zone}" static-key ${flags} ${protocol} ${algorithm} "${data.join('')}";`
}

async function probe(
  path: string,
  more: MeasureSetup['options'] = {},
  port = resolver?.port,
): Promise<Outcome> {
  return measureOnce(dns, `dns://127.0.0.1:${port ?? 0}/${path}`, {options: more})
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

describe('a resolver that validates', () => {
  it('says that an answer holds, and shows until when it is signed', async (context) => {
    if (!resolver) context.skip('named is not installed')
    const facts = factsOf(await probe('www.good.test', {dnssec: true}))
    expect(facts).toMatchObject({ad: true, answers: ['192.0.2.80']})
    expect(facts.signatures).toMatchObject([
      {covers: 'A', signer: 'good.test.', algorithm: 13, valid_to: '2040-01-01T00:00:00Z'},
    ])
    expect(facts.rrsig_days_left).toBeGreaterThan(3000)
  })

  it('fails for signatures that have ended, which is told from a resolver that failed', async (context) => {
    if (!resolver) context.skip('named is not installed')
    const plain = await probe('www.ended.test')
    expect(plain).toMatchObject({status: 'failed', failure: {code: 'DNS_SERVFAIL'}})
    const asked = await probe('www.ended.test', {dnssec: true})
    expect(asked).toMatchObject({status: 'failed', failure: {code: 'DNS_BOGUS', cause: 'SERVFAIL'}})
    expect(factsOf(asked).rrsig_days_left).toBeLessThan(0)
    const unvalidated = factsOf(await probe('www.ended.test', {dnssec: true, cd: true}))
    expect(unvalidated).toMatchObject({rcode: 'NOERROR', ad: false, answers: ['192.0.2.80']})
  })

  it('tells its name and gives a cookie', async (context) => {
    if (!resolver) context.skip('named is not installed')
    const facts = factsOf(await probe('www.good.test', {nsid: true, cookie: true}))
    expect(facts.nsid).toBe('unit-7')
    expect(facts.cookie).toMatch(/^[0-9a-f]{16,64}$/)
  })
})

const WAYS = [
  {transport: 'dot', more: {}},
  {transport: 'doh', more: {doh_method: 'get'}},
  {transport: 'doh', more: {doh_method: 'post'}},
] as const

describe('a resolver behind TLS', () => {
  const portOf = (transport: 'dot' | 'doh'): number => (transport === 'dot' ? tlsPort : httpsPort)

  it.each(WAYS)('answers over $transport $more', async ({transport, more}) => {
    if (!resolver) return
    const outcome = await probe(
      'www.good.test',
      {transport, ca: [root.certificateFile], ...more},
      portOf(transport),
    )
    expect(factsOf(outcome)).toMatchObject({transport, answers: ['192.0.2.80'], rcode: 'NOERROR'})
    expect(outcome).toMatchObject({status: 'ok', reading: {tls: {trusted: true}}})
    const phase = outcome.status === 'ok' ? outcome.reading.phase : {}
    expect(Object.keys(phase)).toEqual(['connect', 'tls', 'wait', 'total'])
  })

  it.each(WAYS)(
    'is not asked over $transport when its certificate is not trusted',
    async ({transport, more}) => {
      if (!resolver) return
      const outcome = await probe('www.good.test', {transport, ...more}, portOf(transport))
      expect(outcome).toMatchObject({status: 'failed', failure: {code: 'TLS_CERT_UNKNOWN_ISSUER'}})
      const insecure = await probe('www.good.test', {transport, verify: false, ...more}, portOf(transport))
      expect(insecure).toMatchObject({status: 'ok', reading: {tls: {trusted: false}}})
    },
  )

  it('is not asked when its certificate is for another name', async (context) => {
    if (!resolver) context.skip('named is not installed')
    const outcome = await probe(
      'www.good.test',
      {transport: 'dot', ca: [root.certificateFile], sni: 'other.test'},
      tlsPort,
    )
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'TLS_CERT_NAME_MISMATCH'}})
  })

  it('is told from an HTTPS server that is no resolver', async (context) => {
    if (!resolver) context.skip('named is not installed')
    const outcome = await probe(
      'www.good.test',
      {transport: 'doh', ca: [root.certificateFile], doh_path: '/else'},
      httpsPort,
    )
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_HTTP_STATUS'}})
  })
})

describe('kdig', () => {
  const kdig = (args: readonly string[]): unknown => {
    try {
      const words = ['+json', '@127.0.0.1', '-p', String(args[0]), ...args.slice(1), 'www.good.test', 'A']
      return JSON.parse(execFileSync('kdig', words, {encoding: 'utf8'}))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  it.each([
    {how: 'UDP', transport: 'udp', flags: []},
    {how: 'TCP', transport: 'tcp', flags: ['+tcp']},
    {how: 'TLS', transport: 'dot', flags: ['+tls']},
    {how: 'HTTPS', transport: 'doh', flags: ['+https']},
  ])('sees the same over $how', async ({transport, flags}) => {
    if (!resolver) return
    const port = transport === 'dot' ? tlsPort : transport === 'doh' ? httpsPort : resolver.port
    const seen = kdig([String(port), ...flags]) as {
      RCODE: number
      AD: number
      RA: number
      answerRRs: readonly {rdataA: string}[]
    } | null
    if (!seen) return
    const facts = factsOf(await probe('www.good.test', {transport, ca: [root.certificateFile]}, port))
    expect(seen.answerRRs.map(({rdataA}) => rdataA)).toEqual(facts.answers)
    expect({rcode: seen.RCODE, ra: seen.RA}).toEqual({rcode: 0, ra: facts.flags.includes('ra') ? 1 : 0})
  })
})
