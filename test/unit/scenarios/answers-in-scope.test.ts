import {describe, expect, it} from 'vitest'
import type {FaultScope} from '../../../src/faults/fault.ts'
import type {Lab} from '../../../src/lab/lab.ts'
import {answersInScope} from '../../../src/scenarios/answers-in-scope.ts'
import type {DrillSpec} from '../../../src/scenarios/drill-spec.ts'
import {FaultHistory} from '../../../src/scenarios/fault-history.ts'

/** Client and server are joined by two links, of which the first is the usual one. */
const WAYS = {
  lan: ['10.1.0.1', '10.1.0.2'],
  wifi: ['10.2.0.1', '10.2.0.2'],
} as const

const drill = {
  from: 'client',
  lab: {
    nodes: ['client', 'server', 'other'],
    links: [
      {name: 'lan', between: ['client', 'server'], subnet: '10.1.0.0/24'},
      {name: 'wifi', between: ['client', 'server'], subnet: '10.2.0.0/24'},
    ],
  },
  targets: [
    {name: 'lan', url: 'ping://10.1.0.2', role: 'target'},
    {name: 'wifi', url: 'tls://10.2.0.2:443', role: 'target'},
    {name: 'away', url: 'ping://10.9.0.2', role: 'target'},
    {name: 'control', url: 'ping://10.1.0.2', role: 'control'},
  ],
} as unknown as DrillSpec

const lab = {
  resolve: (url: string) => url,
  link: (from: string, to: string, name: keyof typeof WAYS = 'lan') => {
    if (from !== 'client' || to !== 'server') return null
    const [near, far] = WAYS[name]
    return {from: {node: from, device: 'eth0', address: near}, to: {node: to, device: 'eth0', address: far}}
  },
} as unknown as Lab

describe('targets whose answers a fault hits', () => {
  it.each<[string, FaultScope, string | null, readonly string[]]>([
    ['are those of the node where it acts, by the way they go', {to: '10.1.0.1'}, 'server', ['lan']],
    [
      'are all of that node for a network that holds the asker',
      {to: '10.0.0.0/8'},
      'server',
      ['lan', 'wifi'],
    ],
    ['are all of that node without a destination', {}, 'server', ['lan', 'wifi']],
    ['are those of the protocol', {protocol: 'tcp'}, 'server', ['wifi']],
    ['are none where it is sent from', {to: '10.1.0.1'}, 'client', []],
    ['are none at another node, or on the machine itself', {to: '10.1.0.1'}, 'other', []],
    ['are none outside of the lab', {to: '10.1.0.1'}, null, []],
    ['are none with a port, which answers do not go to', {to: '10.1.0.1', port: 443}, 'server', []],
    ['are none towards somebody else', {to: '10.1.0.9'}, 'server', []],
  ])('%s', (_, scope, at, expected) => {
    expect(answersInScope(scope, at, drill, lab)).toEqual(expected)
  })
})

describe('the history of faults', () => {
  it('tells of all but the states of the fault itself, and until when each was felt', () => {
    const history = new FaultHistory()
    const beginning = {effect: {}, felt: ['api'], begun: 1, from: 2}
    history.began('slow-1.1', {...beginning, item: 0, name: 'slow'})
    history.began('slow-1.2', {...beginning, item: 0, name: 'slow'})
    history.began('lossy-2', {...beginning, item: 1, name: 'lossy'})
    expect(history.besides('slow-1.1')).toMatchObject([{name: 'lossy', to: Infinity, gone: Infinity}])
    history.ended('lossy-2', {to: 8, gone: 9})
    history.ended('unknown', {to: 8, gone: 9})
    expect(history.besides('slow-1.2')).toMatchObject([{name: 'lossy', begun: 1, from: 2, to: 8, gone: 9}])
    expect(history.besides('lossy-2')).toHaveLength(2)
  })
})
