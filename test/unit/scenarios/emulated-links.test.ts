import {describe, expect, it} from 'vitest'
import {linkName} from '../../../src/lab/plan-topology.ts'
import {emulateForFaults} from '../../../src/scenarios/emulated-links.ts'
import {loadDrill} from '../../../src/scenarios/load-drill.ts'

/** client – (lan, spare) – gateway – (wan) – server, and a link of the server's that nobody asks for. */
const LAB = `lab:
  isolation: ISOLATION
  nodes: {client: {}, gateway: {router: true}, server: {}, other: {}}
  links:
    - {name: lan, between: [client, gateway], subnet: 10.1.0.0/24}
    - {name: spare, between: [client, gateway], subnet: 10.2.0.0/24}
    - {name: wan, between: [gateway, server], subnet: 10.3.0.0/24}
    - {name: side, between: [server, other], subnet: 10.4.0.0/24}
  servers: {api: {node: server, kind: tcp-echo, port: 7000}, near: {node: gateway, kind: tcp-echo, port: 7000}}
`

interface Case {
  readonly fault: string
  readonly entry?: string
  readonly lab?: readonly [string, string]
}

/** The links that are to be carried where the kernel has no netem. */
async function carried({fault, entry = 'for: 2s', lab = ['', '']}: Case): Promise<readonly string[]> {
  const text = `version: 1
${LAB.replace('ISOLATION', 'required').replace(...lab)}
targets: {api: {url: "tcp://{api}", interval: 100ms}}
faults:
  it: ${fault}
drill:
  from: client
  timeline:
    - {at: 1s, inject: it, ${entry}}
  expect: [api.availability > 10%]
`
  const {spec} = await loadDrill({name: 'd', file: 'd.yaml', text, env: () => undefined})
  return (emulateForFaults(spec)?.links ?? []).filter((link) => link.emulate === true).map(linkName)
}

describe('the links of a drill that netdrill carries where there is no netem', () => {
  it.each<[string, Case, readonly string[]]>([
    ['the first one on the way', {fault: '{kind: netem, delay: 50ms, scope: {to: api}}'}, ['lan']],
    ['the one that is named', {fault: '{kind: netem, loss: 5%, scope: {to: near.spare}}'}, ['spare']],
    [
      'those of the node that the fault acts from',
      {fault: '{kind: netem, delay: 50ms, scope: {from: gateway, to: api}}'},
      ['wan'],
    ],
    ['all of the node without a destination', {fault: '{kind: netem, delay: 50ms}'}, ['lan', 'spare']],
    [
      'all of the node when the device decides',
      {fault: '{kind: netem, delay: 50ms, scope: {to: api, device: eth1}}'},
      ['lan', 'spare'],
    ],
    [
      'all of the node for an address that no node has',
      {fault: '{kind: netem, delay: 50ms, scope: {to: 10.9.9.9}}'},
      ['lan', 'spare'],
    ],
    [
      'a rate that changes',
      {
        fault: '{kind: netem, rate: 1mbit, scope: {to: api}}',
        entry: 'steps: [{for: 1s, rate: 2mbit}, {for: 1s, rate: 1mbit}]',
      },
      ['lan'],
    ],
    [
      'none for a rate, which a token bucket does',
      {fault: '{kind: netem, rate: 1mbit, scope: {to: api}}'},
      [],
    ],
    ['none for faults of other kinds', {fault: '{kind: partition, scope: {to: api}}'}, []],
    [
      'none from the machine itself',
      {fault: '{kind: netem, delay: 1ms, scope: {from: host, to: 10.9.9.9}}'},
      [],
    ],
    [
      'none that the document leaves to the kernel',
      {
        fault: '{kind: netem, delay: 50ms, scope: {to: api}}',
        lab: ['10.1.0.0/24}', '10.1.0.0/24, emulate: false}'],
      },
      [],
    ],
    [
      'none on loopback',
      {
        fault: '{kind: netem, delay: 50ms, scope: {to: api}}',
        lab: ['isolation: required', 'isolation: none'],
      },
      [],
    ],
  ])('%s', async (_, one, expected) => {
    expect(await carried(one)).toEqual(expected)
  })
})
