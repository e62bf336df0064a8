import {expect, it} from 'vitest'
import type {TargetInfo} from '../../../src/core/events.ts'
import {MonitorFacts} from '../../../src/reporters/monitor-facts.ts'

const TARGET: TargetInfo = {
  name: 'api',
  url: 'tcp://192.0.2.1:1',
  kind: 'tcp',
  role: 'target',
  interval: 1000,
  timeout: 1000,
  policy: 'own',
  breaker: 'closed',
}

it('the facts of a monitor know where the breaker of each target stands', () => {
  const facts = new MonitorFacts()
  facts.add({at: 0, type: 'target-added', target: TARGET})
  const {breaker: _, ...plain} = TARGET
  facts.add({at: 0, type: 'target-added', target: {...plain, name: 'plain'}})
  const breakers = () =>
    Object.fromEntries(facts.targets().map(({name, breaker}) => [name, breaker?.phase ?? null]))
  expect(breakers()).toEqual({api: 'closed', plain: null})
  facts.add({
    at: 5,
    type: 'breaker-changed',
    target: 'api',
    from: 'closed',
    to: 'open',
    until: 30_005,
    because: '5 failures',
  })
  expect(breakers()).toEqual({api: 'open', plain: null})
})
