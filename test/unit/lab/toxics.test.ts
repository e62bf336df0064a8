import {describe, expect, it} from 'vitest'
import {readProxyFile, readToxicFlag} from '../../../src/app/proxy-request.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {parseToxic} from '../../../src/lab/servers/toxics/toxic.ts'
import {planDepartures} from '../../../src/lab/servers/toxics/udp-plan.ts'

describe('the words of --toxic', () => {
  it.each([
    ['latency=100ms,jitter=20ms', 'latency_downstream', {latency: 100, jitter: 20}],
    ['bandwidth=60,stream=upstream', 'bandwidth_upstream', {rate: 60}],
    ['slicer=64,delay=2ms,name=cut', 'cut', {average_size: 64, size_variation: 0, delay: 2000}],
    ['slicer=64,delay=2', 'slicer_downstream', {average_size: 64, size_variation: 0, delay: 2}],
    ['corrupt=1%', 'corrupt_downstream', {probability: 0.01}],
    ['fail_first=3', 'fail_first_downstream', {count: 3}],
    ['down', 'down_downstream', {}],
  ])('%s', (text, name, attributes) => {
    expect(readToxicFlag(text, 'tcp')).toMatchObject({name, attributes, toxicity: 1})
  })

  it('takes a share of the connections and a time to live', () => {
    expect(readToxicFlag('timeout=0,toxicity=50%,ttl=30s', 'tcp')).toMatchObject({toxicity: 0.5, ttl: 30_000})
  })

  it.each([
    ['unheard', 'invalid toxic type'],
    ['latency=much', 'latency'],
    ['latency=1ms,rate=3', 'latency has no rate; it has latency, jitter'],
    ['latency=1ms,jitter', '"jitter" has no value'],
    ['latency=1ms,stream=sideways', 'upstream or downstream'],
    ['latency=1ms,toxicity=2', 'between 0 and 1'],
    ['loss=1%', 'invalid toxic type'],
  ])('refuses %s', (text, why) => {
    expect(() => readToxicFlag(text, 'tcp')).toThrow(why)
  })
})

describe('a file of proxies', () => {
  it('may give each its toxics', () => {
    const toxics = [{type: 'latency', attributes: {latency: 5}, ttl: '1m'}]
    const [proxy] = readProxyFile('f', JSON.stringify([{name: 'a', listen: ':0', upstream: 'b:1', toxics}]))
    expect(proxy).toMatchObject({name: 'a', enabled: true, protocol: 'tcp', toxics: [{ttl: 60_000}]})
  })

  it.each([
    ['{}', 'not a list'],
    ['[', 'bad request body'],
    ['[{"name":"a"}]', 'upstream'],
    ['[{"name":"a","upstream":"b:1","toxics":{}}]', 'toxics is not a list'],
  ])('refuses %s', (text, why) => {
    expect(() => readProxyFile('f', text)).toThrow(why)
  })
})

describe('the toxics of datagrams', () => {
  const plan = (seed: number, toxics: readonly object[], count = 400): readonly (readonly number[])[] => {
    const random = seededRandom(seed)
    const parsed = toxics.map((toxic) => parseToxic({...toxic}, 'udp'))
    let free = 0
    return Array.from({length: count}, () => {
      const draft = planDepartures(Buffer.alloc(100), parsed, {now: 1000, free, random})
      ;({free} = draft)
      return draft.departures.map(({wait}) => wait)
    })
  }
  const all = [
    {type: 'loss', attributes: {probability: 0.2}},
    {type: 'duplicate', attributes: {probability: 0.1}},
    {type: 'reorder', attributes: {probability: 0.3, delay: 25}},
    {type: 'latency', attributes: {latency: 40, jitter: 10}},
  ]

  it('give the same sequence for the same seed, and another one for another seed', () => {
    expect(plan(7, all)).toEqual(plan(7, all))
    expect(plan(7, all)).not.toEqual(plan(8, all))
  })

  it('hit about as often as asked', () => {
    const lost = plan(1, [all[0] ?? {}]).filter(({length}) => length === 0).length
    const twice = plan(1, [all[1] ?? {}]).filter(({length}) => length === 2).length
    const held = plan(1, [all[2] ?? {}]).filter(([wait]) => wait === 25).length
    expect(lost).toBeGreaterThan(50)
    expect(lost).toBeLessThan(110)
    expect(twice).toBeGreaterThan(20)
    expect(twice).toBeLessThan(65)
    expect(held).toBeGreaterThan(85)
    expect(held).toBeLessThan(155)
  })

  it('keep the delay within its jitter', () => {
    const waits = plan(1, [all[3] ?? {}]).flat()
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(30)
    expect(Math.max(...waits)).toBeLessThanOrEqual(50)
  })

  it('queue at a rate: 100 bytes at 10 kB/s take 10 ms each', () => {
    expect(plan(1, [{type: 'bandwidth', attributes: {rate: 10}}], 3).flat()).toEqual([10, 20, 30])
  })

  it('do nothing at a toxicity of zero', () => {
    expect(plan(1, [{type: 'loss', toxicity: 0, attributes: {probability: 1}}], 5)).toEqual(
      Array.from({length: 5}, () => [0]),
    )
  })
})
