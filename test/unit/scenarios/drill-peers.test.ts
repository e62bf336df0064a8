import {describe, expect, it} from 'vitest'
import {loadDrill} from '../../../src/scenarios/load-drill.ts'

const DRILL = `version: 1
lab: {nodes: [alice, bob], links: [{name: wifi, between: [alice, bob], subnet: 10.0.0.0/24}]}
targets:
  wifi: 'ping://{bob.wifi}'
faults: {cut: {kind: partition, scope: {from: alice, to: bob.wifi}}}
peers:
  one:
    FROM
    role: controlling
    local: {ufrag: aaaa, pwd: aaaaaaaaaaaaaaaaaaaaaaaa}
    remote: {ufrag: bbbb, pwd: bbbbbbbbbbbbbbbbbbbbbbbb}
    candidates: ['10.0.0.2:4000']
    SIGNAL
drill:
  timeline: [{at: 1s, inject: cut, for: 1s}]
  expect: ['CONDITION']
`

async function load(words: {from?: string; signal?: string; condition?: string; name?: string} = {}) {
  const text = DRILL.replace('  wifi:', `  ${words.name ?? 'wifi'}:`)
    .replace('FROM', words.from ?? 'from: bob')
    .replace('SIGNAL', words.signal ?? '')
    .replace('CONDITION', words.condition ?? 'one.restarts <= 1')
  return loadDrill({name: 'd', file: 'd.yaml', text, env: () => undefined})
}

describe('the peers of a drill', () => {
  it('are kept in the node that they name, else in that of the drill', async () => {
    const there = await load()
    expect(there.spec.peers).toMatchObject([{node: 'bob', spec: {name: 'one'}}])
    const here = await load({from: 'port: 4000'})
    expect(here.spec.peers).toMatchObject([{node: 'alice', spec: {port: 4000}}])
  })

  it.each([
    'one.state == connected',
    'one.states == [checking, connected]',
    'one.recovery < 2s',
    'one.forged > 3',
  ])('are subjects of conditions: %s', async (condition) => {
    const {spec, warnings} = await load({condition})
    expect(spec.expect).toMatchObject([{condition: {subject: 'one'}}])
    expect(warnings).toEqual([])
  })

  it('that are alike are one subject together, and one each', async () => {
    const {spec} = await load({from: 'count: 2', condition: 'one.lost <= 0'})
    expect(spec.peers?.map(({spec: {name}}) => name)).toEqual(['one-1', 'one-2'])
    const each = await load({from: 'count: 2', condition: 'one-2.send_codes has EPERM'})
    expect(each.spec.expect).toMatchObject([{condition: {subject: 'one-2'}}])
  })

  it.each([
    [
      {from: 'count: 2', name: 'one-2'},
      /one-2 is a target or group and a peer/,
      'give one of them another name',
    ],
    [{from: 'from: bab'}, /no node "bab"/, 'did you mean "bob"?'],
    [{signal: 'signal: {peer: two}'}, /no peer "two"/, 'known: one'],
    [{name: 'one'}, /one is a target or group and a peer/, 'give one of them another name'],
  ])('%j is a mistake', async (words, message, advice) => {
    await expect(load(words)).rejects.toMatchObject({
      problems: [{message: expect.stringMatching(message) as string, advice: [advice]}],
    })
  })
})
