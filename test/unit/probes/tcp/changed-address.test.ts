import {expect, it} from 'vitest'
import type {Ports} from '../../../../src/core/ports.ts'
import {seededRandom} from '../../../../src/core/random.ts'
import {parseTargetUrl} from '../../../../src/core/target.ts'
import {loadProbe} from '../../../../src/probes/registry.ts'
import {FakeClock} from '../../../support/fake-clock.ts'
import {scriptedDial} from '../../../support/scripted-dial.ts'

it('asks for the address of a name again at each attempt, and goes where it leads now', async () => {
  const clock = new FakeClock()
  const dial = scriptedDial(clock, {'192.0.2.1': {after: 5}, '192.0.2.2': {after: 5}})
  const answers = ['192.0.2.1', '192.0.2.1', '192.0.2.2']
  const resolver = {
    configuration: async () => Promise.resolve({servers: [], search: [], ndots: 1}),
    lookup: async () => Promise.resolve([{address: answers.shift() ?? '192.0.2.2', family: 4 as const}]),
  }
  const ports = {clock, dial, resolver, random: seededRandom(1)} as unknown as Ports
  const probe = await loadProbe('tcp')
  const parsed = parseTargetUrl('tcp://peer.example:443')
  if (!parsed.ok) throw new Error('not a target')
  const prober = await probe.open({url: parsed.value, family: 0, options: probe.schema.parse({})}, ports)
  for (let seq = 0; seq < 4; seq++) {
    const running = prober.measure({seq, timeout: 1000, signal: new AbortController().signal})
    await clock.advance(1000)
    expect((await running).status).toBe('ok')
  }
  await prober.close()
  expect(dial.requests.map(({address}) => address)).toEqual([
    '192.0.2.1',
    '192.0.2.1',
    '192.0.2.2',
    '192.0.2.2',
  ])
})
