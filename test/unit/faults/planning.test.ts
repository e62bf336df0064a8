import {describe, expect, it} from 'vitest'
import type {ProblemCode} from '../../../src/core/codes/index.ts'
import {isUserError} from '../../../src/core/errors.ts'
import {type PlanSetting, planWords} from '../../support/fault-situation.ts'

type Words = {readonly kind: string} & Readonly<Record<string, unknown>>
const scope = {to: '10.0.0.2'}

async function refusal(
  words: Words,
  setting: PlanSetting = {},
): Promise<{code: ProblemCode; exit: number; text: string}> {
  try {
    await planWords(words, setting)
  } catch (error) {
    if (!isUserError(error)) throw error
    const [problem] = error.problems
    return {
      code: problem?.code ?? 'INTERNAL',
      exit: error.exit,
      text: [problem?.message, ...(problem?.advice ?? [])].join('\n'),
    }
  }
  throw new Error('it was planned')
}

describe('the backend', () => {
  it.each<[string, Words, PlanSetting, string]>([
    ['netem where there is one', {kind: 'netem', delay: '1ms'}, {}, 'netem'],
    [
      'proxy where netem is missing',
      {kind: 'netem', delay: '1ms'},
      {missing: ['qdisc-netem'], proxy: true},
      'proxy',
    ],
    ['netem before the proxy', {kind: 'netem', delay: '1ms'}, {proxy: true}, 'netem'],
    ['proxy when demanded', {kind: 'netem', delay: '1ms'}, {proxy: true, proxyOnly: true}, 'proxy'],
    ['tbf for the rate of a netem fault', {kind: 'netem', rate: '1mbit'}, {missing: ['qdisc-netem']}, 'tbf'],
    ['tbf before htb', {kind: 'rate', rate: '1mbit'}, {}, 'tbf'],
    ['htb without tbf', {kind: 'rate', rate: '1mbit'}, {missing: ['qdisc-tbf']}, 'htb'],
    ['htb when asked', {kind: 'rate', rate: '1mbit', algorithm: 'htb'}, {}, 'htb'],
    [
      'proxy without the right',
      {kind: 'rate', rate: '1mbit'},
      {missing: ['net-admin'], proxy: true},
      'proxy',
    ],
    ['nft for partitions', {kind: 'partition'}, {proxy: true}, 'nft'],
    ['proxy without nft', {kind: 'partition'}, {missing: ['nft'], proxy: true}, 'proxy'],
    ['proxy for its own kind', {kind: 'proxy', reset: true}, {proxy: true}, 'proxy'],
  ])('%s', async (_, words, setting, backend) => {
    const {plan} = await planWords({...words, scope}, setting)
    expect(plan.backend).toBe(backend)
    expect(plan.because).not.toBe('')
  })

  it.each<[Words, PlanSetting, string]>([
    [{kind: 'netem', delay: '1ms'}, {missing: ['qdisc-netem']}, 'qdisc-netem'],
    [{kind: 'netem', loss: '1%'}, {missing: ['qdisc-netem'], proxy: true}, 'qdisc-netem'],
    [{kind: 'netem', rate: '1mbit'}, {missing: ['qdisc-netem', 'qdisc-tbf', 'qdisc-htb']}, 'qdisc-tbf'],
    [{kind: 'rate', rate: '1mbit', algorithm: 'tbf'}, {missing: ['qdisc-tbf']}, 'qdisc-tbf'],
    [{kind: 'partition'}, {missing: ['nft']}, 'nft'],
    [{kind: 'partition'}, {missing: ['net-admin']}, 'net-admin'],
    [{kind: 'partition', direction: 'out'}, {missing: ['nft'], proxy: true}, 'nft'],
    [{kind: 'netem', loss: '1%'}, {missing: ['qdisc-prio', 'qdisc-htb']}, 'qdisc-prio'],
  ])('%j without %j ends with exit 6, what is missing and the remedy', async (words, setting, missing) => {
    const {code, exit, text} = await refusal({...words, scope}, setting)
    expect({code, exit}).toEqual({code: 'CAPABILITY_MISSING', exit: 6})
    expect(text).toContain(`${missing} is missing (not found)`)
    expect(text).toContain(`get ${missing}`)
  })

  it('says that only the proxy may be used on a loopback lab', async () => {
    const {exit, text} = await refusal({kind: 'netem', loss: '1%', scope}, {proxy: true, proxyOnly: true})
    expect(exit).toBe(6)
    expect(text).toContain('the lab runs on loopback')
  })

  it.each<Words>([
    {kind: 'dns-front', answer: 'drop'},
    {kind: 'tls-front', certificate: 'expired'},
    {kind: 'http-front', status: 503},
    {kind: 'websocket-front', end: 'fin'},
  ])('needs a proxy for the front %j', async (words) => {
    const {code, exit} = await refusal(words)
    expect({code, exit}).toEqual({code: 'CAPABILITY_MISSING', exit: 6})
  })

  it('needs a proxy for the proxy kind', async () => {
    const {code, exit} = await refusal({kind: 'proxy', reset: true})
    expect({code, exit}).toEqual({code: 'CAPABILITY_MISSING', exit: 6})
  })
})

describe('nonsense is refused with exit 2', () => {
  it.each<[Words, RegExp]>([
    [{kind: 'netem'}, /asks for nothing/],
    [{kind: 'netem', delay: '1ms', rtt: '2ms'}, /one way and rtt a round trip/],
    [{kind: 'netem', reorder: '1%'}, /needs a delay/],
    [{kind: 'netem', delay: '1ms', gap: 5}, /gap belongs to reorder/],
    [{kind: 'netem', delay: '1ms', correlation: '5%'}, /correlation is that of the jitter/],
    [{kind: 'netem', delay: '1ms', distribution: 'normal'}, /distribution is that of the jitter/],
    [{kind: 'netem', delay: '1ms', ecn: true}, /ecn marks what loss would drop/],
    [{kind: 'netem', delay: '1ms', reorder: '5%', keep_order: true}, /exclude each other/],
    [{kind: 'netem', slot: {min: '2ms', max: '1ms'}}, /max is below its min/],
    [{kind: 'partition', with: 'rst'}, /needs mode: reject/],
    [{kind: 'partition', mode: 'reject', with: 'rst', scope: {protocol: 'udp'}}, /only TCP knows resets/],
    [{kind: 'rate', rate: '1bit'}, /less than one byte/],
    [{kind: 'rate', rate: '1mbit', queue: '0s'}, /queue of 0/],
    [{kind: 'rate', rate: '1mbit', queue: '2m'}, /longer than 1m/],
    [{kind: 'proxy'}, /asks for nothing/],
    [{kind: 'proxy', blackhole: true, reset: true}, /choose one/],
    [{kind: 'proxy', latency: '1ms', jitter: '2ms'}, /negative waits/],
    [{kind: 'proxy', toxics: ['latency=1ms,rate=3']}, /latency has no rate; it has latency, jitter/],
    [{kind: 'proxy', toxics: ['latency=1ms,ttl=3s']}, /leave out the ttl/],
    [{kind: 'proxy', toxics: ['loss=1%']}, /\(tcp\): invalid toxic type/],
    [{kind: 'proxy', toxics: ['stall=0'], scope: {protocol: 'udp'}}, /\(udp\): invalid toxic type/],
    [{kind: 'proxy', toxics: [{type: 'latency', bytes: 3}]}, /latency has no bytes/],
    [{kind: 'dns-front', names: 'a.test'}, /asks for nothing/],
    [{kind: 'dns-front', answer: 'wrong'}, /needs addresses/],
    [{kind: 'dns-front', answer: 'nxdomain', addresses: '192.0.2.1'}, /no other answer has them/],
    [{kind: 'dns-front', answer: 'drop', types: ['A', 'B']}, /"B" is no type/],
    [{kind: 'tls-front', names: 'a.test'}, /asks for nothing/],
    [{kind: 'tls-front', certificate: 'expired', alert: 40}, /choose one/],
    [{kind: 'tls-front', alert: 'no_such_alert'}, /no alert of TLS/],
    [{kind: 'tls-front', certificate: 'expired', at: 'hello'}, /say how, by end/],
    [{kind: 'tls-front', end: 'garbage', at: 'server-hello'}, /at is hello/],
    [{kind: 'tls-front', min_version: 'TLSv1.3', max_version: 'TLSv1.2'}, /is above max_version/],
    [{kind: 'http-front', paths: '/a'}, /asks for nothing/],
    [{kind: 'http-front', expire_token: true, status: 403}, /leave out the status/],
    [{kind: 'http-front', status: 200, refresh: '/t'}, /goes with expire_token/],
    [{kind: 'http-front', cut_by: 'fin', status: 200}, /goes with cut/],
    [{kind: 'http-front', body_rate: '1bit'}, /at least 8bit/],
    [{kind: 'websocket-front', end: 'fin', code: 1000}, /go with end: close/],
    [{kind: 'websocket-front', end: 'refuse', wait: '1s'}, /leave out wait/],
    [{kind: 'websocket-front', end: 'fin', status: 503}, /goes with end: refuse/],
  ])('%j', async (words, message) => {
    const {exit, text} = await refusal(words, {proxy: true})
    expect(exit).toBe(2)
    expect(text).toMatch(message)
  })

  it.each<Words>([
    {kind: 'netem', delay: '275s'},
    {kind: 'netem', loss: '101%'},
    {kind: 'netem', limit: 0},
    {kind: 'rate'},
    {kind: 'rate', rate: '10'},
    {kind: 'partition', mode: 'block'},
    {kind: 'address', address: '10.0.0.1/24'},
    {kind: 'address', mode: 'add', address: '10.0.0.1/33'},
    {kind: 'proxy', latency: 100},
    {kind: 'proxy', toxics: []},
    {kind: 'proxy', toxics: [{type: 'unheard'}]},
    {kind: 'dns-front', answer: 'wrong', addresses: 'api.test'},
    {kind: 'tls-front', certificate: 'old'},
    {kind: 'http-front', status: 199},
    {kind: 'http-front', headers: {'X-A': 'two\r\nlines'}},
    {kind: 'websocket-front'},
    {kind: 'websocket-front', end: 'close', code: 999},
    {kind: 'partition', scope: {port: 70_000}},
    {kind: 'partition', scope: {device: 'a name that is too long'}},
    {kind: 'partition', scope: {device: 'a"b'}},
    {kind: 'partition', scope: {namespace: '../x'}},
  ])('by the schema: %j', async (words) => {
    await expect(planWords(words)).rejects.toThrow()
  })
})

describe('an address', () => {
  const network = {lines: [], routes: [], addresses: [{local: '10.0.0.1', prefix: 24, words: '10.0.0.1/24'}]}

  it.each<[Words, string]>([
    [{kind: 'address', mode: 'add', address: '10.0.0.1/16'}, 'eth0 has the address 10.0.0.1 already'],
    [{kind: 'address', address: '10.0.0.2'}, 'eth0 does not have the address 10.0.0.2'],
  ])('%j is refused where it would change nothing', async (words, text) => {
    expect(await refusal(words, {network})).toMatchObject({
      code: 'USAGE_INVALID',
      text: expect.stringContaining(text) as string,
    })
  })
})

describe('the expected effect', () => {
  it.each<[Words, PlanSetting, object]>([
    [{kind: 'netem', delay: '100ms'}, {}, {rtt: {mean: 100, spread: 0}}],
    [{kind: 'netem', delay: '100ms'}, {crossings: 2}, {rtt: {mean: 200, spread: 0}}],
    [{kind: 'netem', rtt: '100ms'}, {crossings: 2}, {rtt: {mean: 100, spread: 0}}],
    [{kind: 'netem', delay: '100ms', reorder: '50%'}, {}, {rtt: {mean: 50, spread: 50}}],
    [
      {kind: 'netem', delay: '100ms', jitter: '30ms', distribution: 'normal'},
      {},
      {rtt: {mean: 100, spread: 30}},
    ],
    [{kind: 'netem', loss: '50%'}, {}, {loss: 0.5}],
    [{kind: 'netem', loss: '10%', ecn: true}, {}, {}],
    [{kind: 'netem', rate: '1mbit'}, {}, {rate: 1e6}],
    [{kind: 'partition'}, {}, {blocked: 'drop'}],
    [{kind: 'partition', mode: 'reject'}, {}, {blocked: 'reject'}],
    [{kind: 'proxy', latency: '50ms'}, {proxy: true}, {rtt: {mean: 100, spread: 0}}],
    [{kind: 'proxy', blackhole: true}, {proxy: true}, {blocked: 'drop'}],
    [{kind: 'proxy', toxics: ['stall']}, {proxy: true}, {blocked: 'drop'}],
    [{kind: 'proxy', toxics: [{type: 'reset_peer'}]}, {proxy: true}, {blocked: 'reject'}],
    [{kind: 'proxy', toxics: ['reset_peer=0,toxicity=50%']}, {proxy: true}, {}],
    [
      {kind: 'proxy', toxics: ['latency=30ms', {type: 'latency', latency: '20ms', stream: 'upstream'}]},
      {proxy: true},
      {rtt: {mean: 50, spread: 0}},
    ],
    [{kind: 'netem', delay: '100ms'}, {missing: ['qdisc-netem'], proxy: true}, {rtt: {mean: 100, spread: 0}}],
  ])('of %j', async (words, setting, effect) => {
    const {plan} = await planWords({...words, scope}, setting)
    expect(plan.effect).toEqual(effect)
  })

  it('of loss combines with corruption, and doubles on loopback', async () => {
    const {plan} = await planWords({kind: 'netem', loss: '10%', corrupt: '10%', scope}, {crossings: 2})
    expect(plan.effect.loss).toBeCloseTo(1 - 0.81 ** 2)
  })
})
