import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
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
const SERVE = new URL('../serve-here.ts', import.meta.url).pathname
const missing = namespacesMissing()
let pair: NamespacePair
let server: ChildProcess
/** Of the table's rows, taken at once: starting Node for each would take minutes. */
let outcomes: readonly Outcome[] = []

beforeAll(async () => {
  if (missing !== null) return
  pair = makeNamespacePair()
  const args = ['netns', 'exec', pair.far, process.execPath, '--no-warnings', SERVE]
  server = spawn('ip', args, {stdio: ['pipe', 'pipe', 'inherit']})
  if (server.stdout) await once(server.stdout, 'data')
  setUpFilters()
  setUpRoutes()
  outcomes = await measureAll(ROWS.map(([, , , , request]) => ({...request, keepErrors: true})))
})

afterAll(async () => {
  if (missing !== null) return
  const ended = once(server, 'exit')
  server.stdin?.end()
  await ended
  pair.remove()
})

/** One port per way to say no, at the far end. */
const REJECTS: Readonly<Record<number, string>> = {
  7101: 'drop',
  7102: 'reject with tcp reset',
  7103: 'reject with icmpx type admin-prohibited',
  7104: 'reject with icmpx type host-unreachable',
  7105: 'reject with icmpx type no-route',
  7106: 'reject with icmpx type port-unreachable',
  // Data only: the handshake passes.
  7004: 'tcp flags & psh == psh reject with icmpx type host-unreachable',
}

function setUpFilters(): void {
  const rules = Object.entries(REJECTS).map(([port, verdict]) => `tcp dport ${port} ${verdict}`)
  addChain(pair.far, 'input', rules)
  addChain(pair.near, 'output', [
    'tcp dport 7201 reject with icmpx type admin-prohibited',
    'tcp dport 7202 drop',
  ])
}

function addChain(namespace: string, hook: string, rules: readonly string[]): void {
  const lines = [`type filter hook ${hook} priority 0`, ...rules].map((line) => `${line};`)
  runIn(namespace, 'nft', [`table inet nd_test { chain ${hook} { ${lines.join(' ')} }; }`])
}

function setUpRoutes(): void {
  for (const [kind, last] of [
    ['unreachable', 1],
    ['prohibit', 2],
    ['blackhole', 3],
    ['throw', 4],
  ] as const) {
    ipIn(pair.near, `route add ${kind} 10.98.0.${last}`)
    ipIn(pair.near, `-6 route add ${kind} fd98::${last}`)
  }
}

interface Case {
  readonly what: string
  readonly hosts: readonly [four: string, six: string]
  readonly port: number
  readonly code: FailureCode
  readonly timeout?: number
  readonly says?: RegExp
}

const FAR = ['10.99.0.2', '[fd99::2]'] as const
const CASES: readonly Case[] = [
  {what: 'a closed port', hosts: FAR, port: 7999, code: 'TCP_REFUSED'},
  {what: 'a silent drop', hosts: FAR, port: 7101, code: 'TCP_TIMEOUT', timeout: 700},
  {what: 'a reject with reset', hosts: FAR, port: 7102, code: 'TCP_REFUSED'},
  {
    what: 'a reject as administratively prohibited',
    hosts: FAR,
    port: 7103,
    code: 'NET_ADMIN_PROHIBITED',
    says: /administratively prohibited \(type (3 code 13|1 code 1)\) from (10\.99\.0\.2|fd99::2)/,
  },
  {
    what: 'a reject as host unreachable',
    hosts: FAR,
    port: 7104,
    code: 'NET_UNREACHABLE',
    says: /(host|address) unreachable \(type (3 code 1|1 code 3)\) from (10\.99\.0\.2|fd99::2)/,
  },
  {
    what: 'a reject as net unreachable',
    hosts: FAR,
    port: 7105,
    code: 'NET_UNREACHABLE',
    says: /(net unreachable|no route to destination) \(type (3|1) code 0\)/,
  },
  {what: 'a reject as port unreachable', hosts: FAR, port: 7106, code: 'TCP_REFUSED'},
  {what: 'a reset after the accept', hosts: FAR, port: 7002, code: 'TCP_RESET'},
  {what: 'an end after the accept', hosts: FAR, port: 7003, code: 'TCP_CLOSED'},
  {
    what: 'a host that answers no ARP or neighbour solicitation',
    hosts: ['10.99.0.77', '[fd99::77]'],
    port: 80,
    code: 'NET_UNREACHABLE',
    timeout: 9000,
    says: /no answer to (ARP|neighbour discovery)/,
  },
  {what: 'no route', hosts: ['192.0.2.1', '[2001:db8::1]'], port: 80, code: 'NET_NO_ROUTE'},
  {what: 'an unreachable route', hosts: ['10.98.0.1', '[fd98::1]'], port: 80, code: 'NET_NO_ROUTE'},
  {what: 'a prohibit route', hosts: ['10.98.0.2', '[fd98::2]'], port: 80, code: 'NET_LOCAL_POLICY'},
  {what: 'a blackhole route', hosts: ['10.98.0.3', '[fd98::3]'], port: 80, code: 'NET_LOCAL_POLICY'},
  {what: 'a throw route', hosts: ['10.98.0.4', '[fd98::4]'], port: 80, code: 'NET_NO_ROUTE'},
  {
    what: 'a local reject as administratively prohibited',
    hosts: FAR,
    port: 7201,
    code: 'NET_ADMIN_PROHIBITED',
    says: /from this machine itself/,
  },
  {what: 'a local drop', hosts: FAR, port: 7202, code: 'TCP_TIMEOUT', timeout: 700},
]

const ROWS = CASES.flatMap((row) =>
  row.hosts.map((host, index) => {
    const request = {url: `tcp://${host}:${row.port}`, timeout: row.timeout ?? 3000}
    return [index === 0 ? 4 : 6, row.what, row.code, row, request] as const
  }),
)

async function measureAll(requests: readonly MeasureHere[]): Promise<readonly Outcome[]> {
  return nodeIn<readonly Outcome[]>(pair.near, MEASURE, requests)
}

async function measure(request: MeasureHere): Promise<Outcome> {
  const [outcome] = await measureAll([request])
  if (!outcome) throw new Error('no outcome')
  return outcome
}

test.for(ROWS.map((row, index) => [...row, index] as const))(
  'IPv%i: %s is %s',
  ([, , code, row, , index], ctx) => {
    if (missing !== null) ctx.skip(missing)
    const outcome = outcomes[index]
    expect(outcome).toMatchObject({status: 'failed', failure: {code}})
    expect(outcome?.status === 'failed' && outcome.failure.message).toMatch(row.says ?? /./)
  },
)

test.for(['10.99.0.2', '[fd99::2]'])('an open port of %s is open, with the options on', async (host, ctx) => {
  if (missing !== null) ctx.skip(missing)
  const outcome = await measure({url: `tcp://${host}:7001`, timeout: 3000, keepErrors: true})
  expect(outcome.status).toBe('ok')
})

test('a single sample learns the ICMP message by repeating the attempt', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  const outcome = await measure({url: 'tcp://10.99.0.2:7103', timeout: 5000})
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'NET_ADMIN_PROHIBITED'}})
})

test('without koffi everything still works, and what can not be known is said', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  const urls = ['10.99.0.2:7001', '10.99.0.2:7103', '[fd99::2]:7103', '10.98.0.2:80'].map(
    (host) => `tcp://${host}`,
  )
  const common = {timeout: 5000, withoutKoffi: true}
  const [open, four, six, route, bound] = await measureAll([
    ...urls.map((url) => ({url, ...common})),
    {url: 'tcp://10.99.0.2:7001', interface: 'nd0', ...common},
  ])
  expect(open?.status).toBe('ok')
  expect(four).toMatchObject({status: 'failed', failure: {code: 'NET_UNREACHABLE'}})
  expect(four?.status === 'failed' && four.failure.message).toContain('could not be read')
  expect(six).toMatchObject({status: 'failed', failure: {code: 'NET_ADMIN_PROHIBITED'}})
  expect(route).toMatchObject({status: 'failed', failure: {code: 'NET_LOCAL_POLICY'}})
  expect(bound).toMatchObject({status: 'failed', failure: {code: 'LOCAL_INTERFACE'}})
})

test('an established connection does not end at an ICMP error, which may be forged', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  const url = 'tcp://10.99.0.2:7004'
  const options = {send: 'x', banner: true}
  const outcome = await measure({url, timeout: 800, options, keepErrors: true})
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'TCP_SILENT'}})
})

test('binding to an interface takes its way, whatever the routes say', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  const url = 'tcp://10.99.0.2:7001'
  expect((await measure({url, timeout: 3000, interface: 'nd0'})).status).toBe('ok')
  const wrong = await measure({url, timeout: 3000, interface: 'lo'})
  expect(wrong.status).toBe('failed')
})

test('an interface that is down is told from a missing route', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  ipIn(pair.near, 'link set nd0 down')
  try {
    const bound = await measure({url: 'tcp://10.99.0.2:7001', timeout: 3000, interface: 'nd0'})
    expect(bound).toMatchObject({status: 'failed', failure: {code: 'NET_DOWN'}})
    const free = await measure({url: 'tcp://10.99.0.2:7001', timeout: 3000})
    expect(free).toMatchObject({status: 'failed', failure: {code: 'NET_NO_ROUTE'}})
  } finally {
    ipIn(pair.near, 'link set nd0 up')
  }
})
