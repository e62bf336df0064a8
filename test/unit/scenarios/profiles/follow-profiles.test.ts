import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../../src/core/errors.ts'
import type {LabLink} from '../../../../src/lab/lab.ts'
import {shapeCommands, shapeTables} from '../../../../src/lab/plan-devices.ts'
import {planTopology} from '../../../../src/lab/plan-topology.ts'
import {loadDrill} from '../../../../src/scenarios/load-drill.ts'

const RECORDED = `version: 1
profile:
  rtt: 40ms
  jitter: 4ms
  distribution: [-8192, -4096, 0, 12288]
  loss: {gemodel: {p: 1%, r: 25%}}
  up: 1mbit
`

interface Parts {
  readonly fault?: string
  readonly link?: string
  readonly entry?: string
}

async function load({fault = 'delay: 1ms', link = '', entry = ''}: Parts) {
  const text = `version: 1
targets:
  api: {url: 'tcp://{api}'}
faults:
  slow: {kind: netem, ${fault}, scope: {to: api}}
  cut: {kind: partition, scope: {to: api}}
lab:
  nodes: [client, server]
  links:
    - {between: [client, server], subnet: 10.77.0.0/24${link}}
  servers:
    api: {kind: tcp-echo, node: server, port: 7000}
drill:
  timeline:
    - {at: 1s, inject: slow, for: 1s${entry}}
    - {at: 3s, inject: cut, for: 1s}
`
  const read = async (path: string) => (path === './seen.yaml' ? RECORDED : null)
  return (await loadDrill({name: 'd', file: 'd.yaml', text, env: () => undefined, read})).spec
}

async function problem(parts: Parts): Promise<string> {
  try {
    await load(parts)
  } catch (error) {
    if (!isUserError(error)) throw error
    const [first] = error.problems
    return `${first?.code} ${first?.position?.line ?? 0} ${first?.message} ${first?.advice?.join('; ')}`
  }
  throw new Error('it was accepted')
}

const TABLE = [-8192, -4096, 0, 12_288]
const BURSTS = {model: 'gemodel', p: 0.01, r: 0.25, badLoss: 1, goodLoss: 0}

describe('a netem fault with a link profile', () => {
  it('has the whole round trip of a recorded one, its table and its uplink', async () => {
    const {faults} = await load({fault: 'profile: ./seen.yaml'})
    expect(faults['slow']).toMatchObject({rtt: 40, jitter: 4, distribution: TABLE, loss: BURSTS, rate: 1e6})
    expect(faults['slow']).not.toHaveProperty('profile')
  })

  it('keeps what it says itself', async () => {
    const {faults} = await load({fault: 'profile: 3g, delay: 9ms, rate: 5mbit, loss: 1%'})
    expect(faults['slow']).toMatchObject({delay: 9, rate: 5e6, loss: {chance: 0.01}})
    expect(faults['slow']).not.toHaveProperty('rtt')
  })

  it('has the rate of the downlink for what arrives', async () => {
    const {faults} = await load({fault: 'profile: 3g, direction: in'})
    expect(faults['slow']).toMatchObject({rtt: 150, rate: 1_600_000})
  })

  it('becomes another in a timeline, whatever it was', async () => {
    const {timeline} = await load({entry: ', profile: ./seen.yaml'})
    expect(timeline[0]?.steps?.[0]?.spec).toMatchObject({rtt: 40, distribution: TABLE})
    expect(timeline[0]?.steps?.[0]?.spec).not.toHaveProperty('delay')
  })
})

describe('a link of a lab with a link profile', () => {
  it('has half of the round trip in each direction, and each its rate', async () => {
    const {lab} = await load({link: ', profile: ./seen.yaml'})
    const {shape, profile} = lab?.links[0] ?? {}
    expect(profile).toBeUndefined()
    expect(shape).toMatchObject({delay: 20, jitter: 2.828, distribution: TABLE, rate: 1e6})
    expect(shape?.back).toBeNull()
    if (typeof shape?.loss !== 'object' || shape.loss.model !== 'gemodel') throw new Error('no bursts')
    const oneWay = shape.loss.p / (shape.loss.p + shape.loss.r)
    expect(1 - (1 - oneWay) ** 2).toBeCloseTo(0.01 / 0.26, 9)
    expect(shape.loss.r).toBe(0.25)
  })

  it('is given to tc with its table, for each direction by itself', async () => {
    const {lab} = await load({link: ', profile: ./seen.yaml, emulate: false'})
    if (!lab) throw new Error('no lab')
    const [segment] = planTopology(lab).segments
    if (!segment) throw new Error('no link')
    const [name] = shapeTables(segment).map((table) => table.name)
    const [toFirst = '', toSecond = ''] = shapeCommands(segment)
    expect(toSecond).toContain(`delay 20ms 2.828ms distribution ${name ?? '?'} loss gemodel`)
    expect(toSecond).toMatch(/rate 1000000bit$/)
    // Nothing limits the downlink, so a rate that nothing reaches keeps the order.
    expect(toFirst).toMatch(/rate 100000000000bit$/)
  })

  it('of our own list needs no netem where it is a rate alone, and keeps what the link says', async () => {
    const {lab} = await load({link: ', profile: cable, rate: 2mbit, delay: 0ms'})
    expect(lab?.links[0]?.shape).toEqual({delay: 0, rate: 2e6})
  })

  it('that limits one direction only leaves the other alone', () => {
    const link: LabLink = {between: ['a', 'b'], subnet: '10.1.0.0/24', shape: {rate: 1e6, back: null}}
    const [segment] = planTopology({nodes: ['a', 'b'], links: [link]}).segments
    expect(segment && shapeCommands(segment)).toEqual([
      expect.stringMatching(/^qdisc add dev port1 root tbf/),
    ])
  })
})

describe('a link profile that is not there', () => {
  it.each<[string, Parts, RegExp]>([
    ['a name, in a fault', {fault: 'profile: 3h'}, /CONFIG_REFERENCE 5 .*"3h".*did you mean "3g"/],
    ['a file, on a link', {link: ', profile: ./nowhere.yaml'}, /CONFIG_FILE 10 .*nowhere\.yaml.*--record/],
    ['a name, in a timeline', {entry: ', profile: 9g'}, /CONFIG_REFERENCE 15 .*"9g"/],
  ])('%s', async (_, parts, message) => {
    expect(await problem(parts)).toMatch(message)
  })
})
