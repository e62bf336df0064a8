import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {diagnosisSchema} from '../../../src/advice/diagnosis-schema.ts'
import type {Diagnosis} from '../../../src/core/diagnosis.ts'
import {renderDiagnosis} from '../../../src/reporters/diagnosis.ts'
import {type Workshop, openWorkshop} from '../../support/certificates.ts'
import {namespacesMissing, nodeIn} from '../../support/namespaces.ts'
import type {DiagnoseHere} from './diagnose-here.ts'
import type {ServeWorld} from './serve-world.ts'
import {OWN_NETWORK} from './own-network-situations.ts'
import {CLIENTS, type Situation} from './situations.ts'
import {TARGETS} from './target-situations.ts'
import {type ClientSpec, type World, makeWorld} from './world.ts'

const HERE = new URL('diagnose-here.ts', import.meta.url).pathname
const missing = namespacesMissing()
/** Two processors: more Nodes at once would make the timeouts of the probes lie. */
const AT_ONCE = 3
const SITUATIONS = [...OWN_NETWORK, ...TARGETS]
const results = new Map<Situation, Diagnosis>()
let world: World | undefined
let workshop: Workshop | undefined

beforeAll(async () => {
  if (missing !== null) return
  const net = makeWorld()
  world = net
  workshop = await openWorkshop()
  const {trusted, servers} = await httpsServers(workshop)
  process.env['NODE_EXTRA_CA_CERTS'] = trusted
  await Promise.all([net.serve('router', NAME_SERVERS), net.serve('servers', [...SERVERS, ...servers])])
  setUpFilters(net)
  await diagnoseAll(net)
})

afterAll(async () => {
  if (missing !== null) return
  delete process.env['NODE_EXTRA_CA_CERTS']
  await world?.remove()
  await workshop?.remove()
})

const RECORDS = {
  'shop.corp.lab': '10.88.0.10',
  'dual.corp.lab': ['10.88.0.10', 'fd88::66'],
  'two.corp.lab': ['10.88.0.10', '10.88.0.11'],
  'big.corp.lab': '10.88.0.14',
}
const NAME_SERVERS: readonly ServeWorld[] = [
  {kind: 'dns', address: '10.77.0.53', options: {records: RECORDS}},
  {kind: 'dns', address: '10.77.0.54', options: {behaviour: 'silent'}},
  {kind: 'dns', address: '10.77.0.55', options: {rcode: 'REFUSED'}},
  {kind: 'dns', address: '10.77.0.56', options: {rcode: 'SERVFAIL'}},
  {kind: 'dns', address: '10.77.0.58', options: {rcode: 'NXDOMAIN'}},
  {kind: 'http', address: '10.77.0.1', port: 8081, status: 302, location: 'http://10.77.0.1:8081/login'},
]
const at = {address: '10.88.0.10'} as const
const SERVERS: readonly ServeWorld[] = [
  {kind: 'tcp', ...at, port: 22, manner: 'banner'},
  {kind: 'http', ...at, port: 80},
  {kind: 'http', ...at, port: 81, status: 503},
  {kind: 'http', ...at, port: 82, status: 500},
  {kind: 'tcp', ...at, port: 83, manner: 'silent'},
  {kind: 'http', ...at, port: 84, delay: 1400},
  {kind: 'tcp', ...at, port: 85, manner: 'reset'},
  {kind: 'tcp', ...at, port: 86, manner: 'close'},
  {kind: 'http', ...at, port: 87, status: 301, location: 'https://elsewhere.corp.lab/'},
]

async function httpsServers(shop: Workshop): Promise<{trusted: string; servers: readonly ServeWorld[]}> {
  const ca = await shop.authority({name: 'trusted-ca'})
  const other = await shop.authority({name: 'other-ca'})
  const san = ['DNS:shop.corp.lab']
  // More than a packet, as chains of public authorities are.
  const many = ['DNS:big.corp.lab', ...Array.from({length: 120}, (_, index) => `DNS:name-${index}.corp.lab`)]
  const [good, expired, early, self, wrong, unknown, big] = await Promise.all([
    shop.leaf({name: 'good', san}, ca),
    shop.leaf({name: 'expired', san, from: -100, to: -10}, ca),
    shop.leaf({name: 'early', san, from: 10, to: 100}, ca),
    shop.selfSigned({name: 'self', san}),
    shop.leaf({name: 'wrong', san: ['DNS:www.corp.lab']}, ca),
    shop.leaf({name: 'unknown', san}, other),
    shop.leaf({name: 'big', san: many}, ca),
  ])
  const server = (port: number, {certificate, key}: typeof good, address = '10.88.0.10'): ServeWorld => ({
    kind: 'http',
    address,
    port,
    tls: {cert: certificate, key},
  })
  return {
    trusted: ca.certificateFile,
    servers: [
      server(443, good),
      server(444, expired),
      server(445, early),
      server(446, self),
      server(447, wrong),
      server(448, unknown),
      server(443, big, '10.88.0.14'),
    ],
  }
}

function setUpFilters(net: World): void {
  const hook = (name: string, type: string, point: string): string =>
    `add chain inet nd ${name} { type ${type} hook ${point}; }`
  net.filter([
    'add table inet nd',
    hook('through', 'filter', 'forward priority 0'),
    hook('before', 'nat', 'prerouting priority -100'),
    'add rule inet nd through tcp dport 91 drop',
    'add rule inet nd through tcp dport 92 reject with icmpx type admin-prohibited',
    'add rule inet nd through tcp dport 93 reject with tcp reset',
    'add rule inet nd through ip daddr 10.88.0.11 drop',
    'add rule inet nd through ip6 daddr fd88::66 drop',
    'add rule inet nd through ip daddr 10.88.0.14 meta length > 1400 drop',
    'add rule inet nd through ip saddr 10.88.0.14 meta length > 1400 drop',
  ])
}

async function diagnoseAll(net: World): Promise<void> {
  const jobs = Object.entries(CLIENTS).map(([name, spec]) => {
    const client = net.client(spec as ClientSpec)
    if (name === 'portal') {
      const rule = `ip saddr ${client.address} tcp dport 80 dnat ip to 10.77.0.1:8081`
      net.filter([`add rule inet nd before ${rule}`])
    }
    const rows = SITUATIONS.filter((row) => (row.client ?? 'good') === name)
    return {namespace: client.namespace, rows}
  })
  const queue = jobs.toSorted((one, other) => other.rows.length - one.rows.length)
  const work = async (): Promise<void> => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const {namespace, rows} = job
      const requests = rows.map(({target, controls = [], skew = 0}): DiagnoseHere => ({
        target,
        controls,
        skew,
      }))
      const documents = await nodeIn<readonly Diagnosis[]>(namespace, HERE, requests)
      for (const [index, row] of rows.entries()) {
        const diagnosis = documents[index]
        if (diagnosis) results.set(row, diagnosis)
      }
    }
  }
  await Promise.all(Array.from({length: AT_ONCE}, work))
}

function found(row: Situation): Diagnosis {
  const diagnosis = results.get(row)
  if (!diagnosis) throw new Error(`nothing was diagnosed for ${row.what}`)
  return diagnosis
}

function summaryOf({
  cause,
  suppressed,
  warnings,
  verdict,
  exit,
}: Diagnosis): Readonly<Record<string, unknown>> {
  return {
    code: cause?.code ?? null,
    layer: cause?.layer ?? null,
    blame: cause?.blame ?? null,
    suppressed: new Set(suppressed.map(({code}) => code)),
    warnings,
    verdict,
    exit,
  }
}

describe('diagnose', () => {
  test.for(SITUATIONS.map((row) => [row.what, row] as const))('%s', ([, row], ctx) => {
    if (missing !== null) ctx.skip(missing)
    const diagnosis = found(row)
    expect(summaryOf(diagnosis), JSON.stringify(diagnosis)).toEqual({
      code: row.code,
      layer: row.layer ?? diagnosis.cause?.layer ?? null,
      blame: row.blame ?? diagnosis.cause?.blame ?? null,
      suppressed: new Set(row.suppressed ?? []),
      warnings: [],
      verdict: row.code === null ? 'nothing_wrong' : 'cause_found',
      exit: row.code === null ? 0 : 1,
    })
    expect(diagnosis.not).toEqual(expect.arrayContaining([...(row.not ?? [])]))
    expect(diagnosisSchema.parse(diagnosis)).toEqual(diagnosis)
    expect(diagnosis.duration_ms).toBeLessThan(5500)
  })

  test.for(SITUATIONS.map((row) => [row.what, row] as const))('fits a screen: %s', ([, row], ctx) => {
    if (missing !== null) ctx.skip(missing)
    const look = {color: false, unicode: true, width: 80, verbose: false, quiet: false}
    const lines = renderDiagnosis(found(row), look).trimEnd().split('\n')
    expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(24)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  test('says how long it takes', (ctx) => {
    if (missing !== null) ctx.skip(missing)
    const times = SITUATIONS.map((row) => [row.what, Math.round(results.get(row)?.duration_ms ?? 0)] as const)
    process.stdout.write(`${times.map(([what, ms]) => `${String(ms).padStart(6)} ms  ${what}`).join('\n')}\n`)
    expect(times.every(([, ms]) => ms > 0)).toBe(true)
  })
})
