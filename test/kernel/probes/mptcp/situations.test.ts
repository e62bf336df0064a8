import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest'
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
const SERVE = new URL('../../../support/mptcp-server.py', import.meta.url).pathname
const MPTCP = 7711
const PLAIN = 7712
let pair: NamespacePair
let missing = namespacesMissing()
const servers: ChildProcess[] = []

beforeAll(async () => {
  if (missing !== null) return
  pair = makeNamespacePair()
  try {
    runIn(pair.near, 'sysctl', ['-q', '-w', 'net.mptcp.enabled=1'])
  } catch {
    missing = 'this kernel has no MPTCP'
    return
  }
  await serve('mptcp', MPTCP)
  await serve('plain', PLAIN)
})

afterEach(() => {
  if (missing !== null) return
  runIn(pair.near, 'nft', ['flush', 'ruleset'])
  runIn(pair.near, 'sysctl', ['-q', '-w', 'net.mptcp.enabled=1', 'net.mptcp.blackhole_timeout=3600'])
})

afterAll(async () => {
  for (const server of servers) {
    const ended = once(server, 'exit')
    server.stdin?.end()
    await ended
  }
  pair?.remove()
})

async function serve(kind: string, port: number): Promise<void> {
  const server = spawn('ip', ['netns', 'exec', pair.far, 'python3', SERVE, kind, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  servers.push(server)
  await once(server.stdout, 'data')
}

async function measure(port: number, more: Partial<MeasureHere> = {}): Promise<Outcome> {
  const request = {url: `mptcp://10.99.0.2:${port}`, timeout: 3000, ...more}
  const [outcome] = await nodeIn<readonly Outcome[]>(pair.near, MEASURE, [request])
  if (!outcome) throw new Error('no outcome')
  return outcome
}

function addRule(rule: string): void {
  const chain = `chain out { type filter hook output priority 0; ${rule}; }`
  runIn(pair.near, 'nft', [`table inet nd_test { ${chain}; }`])
}

test('a server that speaks MPTCP: used, one subflow, its path', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  const outcome = await measure(MPTCP)
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {
      rtt: expect.any(Number) as number,
      mptcp: {used: true, subflows: 1, fallback: null, remote: `10.99.0.2:${MPTCP}`},
    },
  })
  const facts = outcome.status === 'ok' ? outcome.reading.mptcp : undefined
  expect(facts?.paths).toEqual([{local: facts?.local, remote: facts?.remote}])
  expect(facts?.counters).toMatchObject({MPCapableSYNACKRX: 1})
})

test('a plain server: connected, but fallen back', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  expect(await measure(PLAIN)).toMatchObject({
    status: 'failed',
    failure: {code: 'MPTCP_FALLBACK'},
    partial: {
      mptcp: {used: false, subflows: null, fallback: 'not-echoed'},
      rtt: expect.any(Number) as number,
    },
  })
  const allowed = await measure(PLAIN, {options: {allow_fallback: true}})
  expect(allowed).toMatchObject({status: 'ok', reading: {mptcp: {used: false}}})
})

test('a middlebox that strips the option looks like a plain server', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  try {
    addRule(`tcp dport ${MPTCP} reset tcp option mptcp`)
  } catch {
    ctx.skip('this nft or kernel can not strip TCP options')
  }
  expect(await measure(MPTCP)).toMatchObject({
    failure: {code: 'MPTCP_FALLBACK'},
    partial: {mptcp: {used: false, fallback: 'not-echoed'}},
  })
})

test('dropped SYNs with the option are told, and that the kernel then avoids MPTCP', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  addRule(`tcp dport ${MPTCP} tcp option mptcp exists drop`)
  const early = await measure(MPTCP, {timeout: 1000})
  expect(early).toMatchObject({failure: {code: 'TCP_TIMEOUT'}})
  expect(early.status === 'failed' && early.failure.advice[0]).toMatch(/allow more time/)
  expect(await measure(MPTCP, {timeout: 15_000})).toMatchObject({
    failure: {code: 'MPTCP_SYN_DROPPED'},
    partial: {mptcp: {used: false, fallback: 'syn-dropped'}},
  })
  expect(await measure(MPTCP)).toMatchObject({
    failure: {code: 'MPTCP_SUPPRESSED', blame: 'local'},
    partial: {mptcp: {used: false, fallback: 'suppressed'}},
  })
})

test('a kernel with MPTCP turned off can not measure, and says what would help', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  runIn(pair.near, 'sysctl', ['-q', '-w', 'net.mptcp.enabled=0'])
  const outcome = await measure(MPTCP)
  expect(outcome).toMatchObject({
    status: 'skipped',
    because: {code: 'CAPABILITY_MISSING', advice: ['sysctl -w net.mptcp.enabled=1']},
  })
})

test('a closed port is refused as with TCP', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  expect(await measure(7799)).toMatchObject({failure: {code: 'TCP_REFUSED'}, partial: {port: 7799}})
})

test('interface and source are obeyed', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  expect(await measure(MPTCP, {interface: 'nd0'})).toMatchObject({status: 'ok'})
  expect((await measure(MPTCP, {interface: 'lo', timeout: 500})).status).toBe('failed')
  expect(await measure(MPTCP, {source: '10.99.0.1'})).toMatchObject({
    status: 'ok',
    reading: {mptcp: {local: expect.stringMatching(/^10\.99\.0\.1:/) as string}},
  })
  expect(await measure(MPTCP, {source: '10.99.0.77'})).toMatchObject({failure: {code: 'LOCAL_ADDRESS'}})
})

test('two links give two subflows, and three were too many to ask for', async (ctx) => {
  if (missing !== null) ctx.skip(missing)
  ipIn(pair.near, `link add nd2 type veth peer name nd3 netns ${pair.far}`)
  ipIn(pair.near, 'addr add 10.97.0.1/24 dev nd2')
  ipIn(pair.far, 'addr add 10.97.0.2/24 dev nd3')
  ipIn(pair.near, 'link set nd2 up')
  ipIn(pair.far, 'link set nd3 up')
  for (const name of [pair.near, pair.far]) {
    runIn(name, 'sysctl', ['-q', '-w', 'net.ipv4.conf.all.rp_filter=0'])
    ipIn(name, 'mptcp limits set subflow 2 add_addr_accepted 2')
  }
  ipIn(pair.far, 'mptcp endpoint add 10.97.0.2 dev nd3 signal')
  const outcome = await measure(MPTCP, {options: {subflows: 2, send: 'hello'}})
  expect(outcome).toMatchObject({status: 'ok', reading: {mptcp: {used: true, subflows: 2}}})
  const paths = outcome.status === 'ok' ? (outcome.reading.mptcp?.paths ?? []) : []
  expect(paths.map(({remote}) => remote).toSorted()).toEqual([`10.97.0.2:${MPTCP}`, `10.99.0.2:${MPTCP}`])
  expect(await measure(MPTCP, {options: {subflows: 3, send: 'hello'}, timeout: 800})).toMatchObject({
    failure: {code: 'MPTCP_SUBFLOWS'},
    partial: {mptcp: {used: true, subflows: 2}},
  })
})
