import {afterAll, beforeAll, expect, test} from 'vitest'
import type {FailureCode} from '../../../../src/core/codes/index.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {
  type NamespacePair,
  ipIn,
  makeNamespacePair,
  namespacesMissing,
  nodeIn,
  runIn,
} from '../../../support/namespaces.ts'
import type {MeasureHere} from '../measure-here.ts'

const MEASURE = new URL('../measure-here.ts', import.meta.url).pathname
const missing = namespacesMissing()
let pair: NamespacePair
/** Of the table's rows, taken at once: starting Node for each would take minutes. */
let outcomes: readonly Outcome[] = []

beforeAll(async () => {
  if (missing !== null) return
  pair = makeNamespacePair()
  const rules = Object.entries(REJECTS).map(([port, verdict]) => `udp dport ${port} ${verdict};`)
  const chain = `chain in { type filter hook input priority 0; ${rules.join(' ')} }`
  runIn(pair.far, 'nft', [`table inet nd_test { ${chain}; }`])
  for (const [kind, last] of [
    ['unreachable', 1],
    ['prohibit', 2],
    ['blackhole', 3],
  ] as const) {
    ipIn(pair.near, `route add ${kind} 10.98.0.${last}`)
    ipIn(pair.near, `-6 route add ${kind} fd98::${last}`)
  }
  outcomes = await measureAll(ROWS.map(([, , , , request]) => ({...request, keepErrors: true})))
})

afterAll(() => {
  if (missing === null) pair.remove()
})

const REJECTS: Readonly<Record<number, string>> = {
  7101: 'drop',
  7103: 'reject with icmpx type admin-prohibited',
  7104: 'reject with icmpx type host-unreachable',
}

const FAR = ['10.99.0.2', '[fd99::2]'] as const
type Case = readonly [
  what: string,
  hosts: readonly [string, string],
  port: number,
  code: FailureCode,
  says?: RegExp,
]
const CASES: readonly Case[] = [
  ['a closed port', FAR, 7999, 'DNS_PORT_CLOSED'],
  ['a silent drop', FAR, 7101, 'DNS_TIMEOUT'],
  [
    'a reject as administratively prohibited',
    FAR,
    7103,
    'NET_ADMIN_PROHIBITED',
    /from (10\.99\.0\.2|fd99::2)/,
  ],
  ['a reject as host unreachable', FAR, 7104, 'DNS_UNREACHABLE', /from (10\.99\.0\.2|fd99::2)/],
  [
    'no answer to ARP or neighbour discovery',
    ['10.99.0.77', '[fd99::77]'],
    53,
    'DNS_UNREACHABLE',
    /no answer to/,
  ],
  ['no route', ['192.0.2.1', '[2001:db8::1]'], 53, 'NET_NO_ROUTE'],
  ['an unreachable route', ['10.98.0.1', '[fd98::1]'], 53, 'NET_NO_ROUTE'],
  ['a prohibit route', ['10.98.0.2', '[fd98::2]'], 53, 'NET_LOCAL_POLICY'],
  ['a blackhole route', ['10.98.0.3', '[fd98::3]'], 53, 'NET_LOCAL_POLICY'],
]

const ROWS = CASES.flatMap(([what, hosts, port, code, says]) =>
  hosts.map((host, index) => {
    const request: MeasureHere = {url: `dns://${host}:${port}/name.example`, timeout: 6000}
    return [index === 0 ? 4 : 6, what, code, says, request] as const
  }),
)

async function measureAll(requests: readonly MeasureHere[]): Promise<readonly Outcome[]> {
  return nodeIn<readonly Outcome[]>(pair.near, MEASURE, requests)
}

test.for(ROWS.map((row, index) => [...row, index] as const))(
  'IPv%i: %s is %s',
  ([, , code, says, , index], ctx) => {
    if (missing !== null) ctx.skip(missing)
    const outcome = outcomes[index]
    expect(outcome).toMatchObject({status: 'failed', failure: {code}})
    expect(outcome?.status === 'failed' && outcome.failure.message).toMatch(says ?? /./)
  },
)

test('binding to an interface is possible over UDP too', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  const url = 'dns://10.99.0.2:7999/name.example'
  const [right, wrong, unknown] = await measureAll(
    ['nd0', 'lo', 'nd-none'].map((device) => ({url, timeout: 1000, interface: device})),
  )
  expect(right).toMatchObject({status: 'failed', failure: {code: 'DNS_PORT_CLOSED'}})
  expect(wrong).toMatchObject({status: 'failed'})
  expect(wrong).not.toMatchObject({failure: {code: 'DNS_PORT_CLOSED'}})
  expect(unknown).toMatchObject({status: 'failed', failure: {code: 'LOCAL_INTERFACE'}})
})
