import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {readExpectations} from '../../../../src/app/probe-judge.ts'
import {evaluateCondition} from '../../../../src/config/conditions/evaluate.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import type {ProbeKind} from '../../../../src/core/target.ts'
import {resultField} from '../../../../src/probes/result-field.ts'
import {SummaryFold} from '../../../../src/probes/summary.ts'
import {
  type NamespacePair,
  makeNamespacePair,
  namespacesMissing,
  nodeIn,
  runIn,
} from '../../../support/namespaces.ts'
import type {MeasureHere} from '../measure-here.ts'

const MEASURE = new URL('../measure-here.ts', import.meta.url).pathname
const SERVE = new URL('serve-udp-here.ts', import.meta.url).pathname
const missing = namespacesMissing()
let pair: NamespacePair
let server: ChildProcess
let outcomes: readonly Outcome[] = []

/** Ports 8001 and 8002 answer, over UDP (an echo, a STUN server) and TCP; the others do as the filters say. */
const FILTERS: readonly string[] = [
  'meta l4proto { tcp, udp } th dport 8101 drop',
  'meta l4proto { tcp, udp } th dport 8102 reject with icmpx type admin-prohibited',
  'meta l4proto { tcp, udp } th dport 8103 reject with icmpx type host-unreachable',
]

interface Row {
  readonly what: string
  readonly request: MeasureHere
  /** The state of a UDP target, or the failure code of another; null for success. */
  readonly is: string | null
  /** The words of `expect` that it meets. */
  readonly words: readonly string[]
}

/** The words that fit each end; no other does. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  UDP_CLOSED: ['closed'],
  TCP_REFUSED: ['closed'],
  UDP_NO_REPLY: ['filtered'],
  STUN_NO_REPLY: ['filtered'],
  TCP_TIMEOUT: ['filtered'],
  NET_ADMIN_PROHIBITED: ['filtered'],
}

function row(what: string, url: string, is: string | null, more: Partial<MeasureHere> = {}): Row {
  return {what, request: {url, timeout: 700, ...more}, is, words: FITTING[is ?? ''] ?? []}
}

const ROWS: readonly Row[] = [
  row('an open UDP port', 'udp://10.99.0.2:8001', null),
  row('an open UDP port over IPv6', 'udp://[fd99::2]:8001', null),
  row('an open UDP port by its interface', 'udp://10.99.0.2:8001', null, {interface: 'nd0'}),
  row('an open UDP port from an address', 'udp://10.99.0.2:8001', null, {source: '10.99.0.1'}),
  row('a closed UDP port', 'udp://10.99.0.2:8999', 'UDP_CLOSED'),
  row('a closed UDP port over IPv6', 'udp://[fd99::2]:8999', 'UDP_CLOSED'),
  row('dropped UDP', 'udp://10.99.0.2:8101', 'UDP_NO_REPLY'),
  row('forbidden UDP', 'udp://10.99.0.2:8102', 'NET_ADMIN_PROHIBITED'),
  row('forbidden UDP over IPv6', 'udp://[fd99::2]:8102', 'NET_ADMIN_PROHIBITED'),
  row('UDP to an unreachable host', 'udp://10.99.0.2:8103', 'NET_UNREACHABLE'),
  row('UDP through the wrong interface', 'udp://10.99.0.2:8001', 'UDP_NO_REPLY', {
    interface: 'lo',
  }),
  row('UDP from a foreign address', 'udp://10.99.0.2:8001', 'LOCAL_ADDRESS', {source: '10.99.0.77'}),
  row('UDP through no interface', 'udp://10.99.0.2:8001', 'LOCAL_INTERFACE', {interface: 'nd-none'}),
  row('a STUN server', 'stun://10.99.0.2:8002', null),
  row('a STUN server by its interface', 'stun://10.99.0.2:8002', null, {interface: 'nd0'}),
  row('a STUN server from an address', 'stun://10.99.0.2:8002', null, {source: '10.99.0.1'}),
  row('dropped STUN', 'stun://10.99.0.2:8101', 'STUN_NO_REPLY'),
  row('STUN on a closed port', 'stun://10.99.0.2:8999', 'UDP_CLOSED'),
  row('an open TCP port', 'tcp://10.99.0.2:8001', null),
  row('an open TCP port by its interface', 'tcp://10.99.0.2:8001', null, {interface: 'nd0'}),
  row('a closed TCP port', 'tcp://10.99.0.2:8999', 'TCP_REFUSED'),
  row('dropped TCP', 'tcp://10.99.0.2:8101', 'TCP_TIMEOUT'),
  row('forbidden TCP', 'tcp://10.99.0.2:8102', 'NET_ADMIN_PROHIBITED'),
]

beforeAll(async () => {
  if (missing !== null) return
  pair = makeNamespacePair()
  runIn(pair.far, 'ip', ['address', 'add', '10.99.0.3/24', 'dev', 'nd1'])
  const args = ['netns', 'exec', pair.far, process.execPath, '--no-warnings', SERVE]
  server = spawn('ip', args, {stdio: ['pipe', 'pipe', 'inherit']})
  if (server.stdout) await once(server.stdout, 'data')
  const rules = ['type filter hook input priority 0', ...FILTERS].map((line) => `${line};`).join(' ')
  runIn(pair.far, 'nft', [`table inet nd_test { chain input { ${rules} }; }`])
  // A new link loses the first question for a neighbour now and then, and the next one comes a second later.
  runIn(pair.near, 'ping', ['-6', '-c', '1', '-w', '10', 'fd99::2'])
  outcomes = await nodeIn<readonly Outcome[]>(
    pair.near,
    MEASURE,
    ROWS.map(({request}) => ({...request, keepErrors: true})),
  )
})

afterAll(async () => {
  if (missing !== null) return
  const ended = once(server, 'exit')
  server.stdin?.end()
  await ended
  pair.remove()
})

const WORDS = ['closed', 'filtered']

test.for(ROWS.map((each, index) => [each.what, each, index] as const))(
  '%s',
  ([, {is, words, request}, index], ctx) => {
    if (missing !== null) ctx.skip(missing)
    const outcome = outcomes[index]
    const code = outcome?.status === 'failed' ? outcome.failure.code : null
    expect(code).toBe(is)
    expect(wordsMet(request.url, outcome)).toEqual(words)
  },
)

/** Of `--expect WORD`, those that this outcome meets. */
function wordsMet(url: string, outcome: Outcome | undefined): readonly string[] {
  if (!outcome) throw new Error('no outcome')
  const kind = (url.split(':')[0] ?? '') as ProbeKind
  const fold = new SummaryFold({target: url, kind, started: ''})
  fold.add({type: 'sample', at: 0, target: url, sample: {seq: 1, sentAt: 0, outcome}})
  const result = fold.result()
  return WORDS.filter((word) =>
    readExpectations(kind, [word]).every(
      (condition) => evaluateCondition(condition, (field) => resultField(result, field)).met === true,
    ),
  )
}

test.for([
  ['udp://10.99.0.2:8001', 'open'],
  ['udp://10.99.0.2:8999', 'closed'],
  ['udp://10.99.0.2:8101', 'open|filtered'],
  ['udp://10.99.0.2:8102', 'filtered'],
] as const)('the state of %s is %s', ([url, state], ctx) => {
  if (missing !== null) ctx.skip(missing)
  const outcome = outcomes[ROWS.findIndex(({request}) => request.url === url)]
  const reading =
    outcome?.status === 'ok' ? outcome.reading : outcome?.status === 'failed' ? outcome.partial : null
  expect(reading?.udp?.state).toBe(state)
})

test.for([
  {nat: 'that keeps the port', way: '10.99.0.50', port: String.raw`\d+`, mapping: 'endpoint-independent'},
  {
    nat: 'with ports of its own',
    way: '10.99.0.50:4000-4100',
    port: String.raw`40\d\d|4100`,
    mapping: /dependent$/,
  },
  {
    nat: 'with a port for each destination',
    way: '10.99.0.50 fully-random',
    port: String.raw`\d+`,
    mapping: 'address-dependent',
  },
])('STUN over a NAT $nat: the mapped address is that of the router', async ({way, port, mapping}, ctx) => {
  if (missing !== null) ctx.skip(missing)
  runIn(pair.near, 'ip', ['address', 'replace', '10.99.0.50/24', 'dev', 'nd0'])
  try {
    runIn(pair.near, 'nft', [
      `table ip nd_nat; delete table ip nd_nat; table ip nd_nat { chain out { type nat hook postrouting priority srcnat; udp dport { 8002, 8003 } snat to ${way}; }; }`,
    ])
  } catch {
    ctx.skip('this kernel has no NAT for nft')
  }
  const request = {url: 'stun://10.99.0.2:8002', options: {second: '10.99.0.3:8003'}, timeout: 2000}
  const [outcome] = await nodeIn<readonly Outcome[]>(pair.near, MEASURE, [request])
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {
      stun: {
        nat: true,
        mapped: expect.stringMatching(`^10\\.99\\.0\\.50:(?:${port})$`) as string,
        mapping: expect.stringMatching(mapping) as string,
        local: expect.stringMatching(/^10\.99\.0\.1:/) as string,
      },
    },
  })
})
