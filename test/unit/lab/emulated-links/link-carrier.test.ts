import {beforeEach, describe, expect, it} from 'vitest'
import type {LinkEffect, LinkMatch, LinkOrder} from '../../../../src/core/link-effects.ts'
import {LinkCarrier} from '../../../../src/lab/emulated-links/link-carrier.ts'
import {FakeClock} from '../../../support/fake-clock.ts'
import {type PacketRig, arpFrame, ipv4Frame, packetRig} from '../../../support/link-frames.ts'

const ALL: LinkMatch = {to: [], from: [], port: null, protocol: null, family: null}
const CALM: LinkEffect = {
  delay: 0,
  jitter: 0,
  correlation: 0,
  distribution: 'uniform',
  keepOrder: true,
  limit: 1000,
}

let clock: FakeClock
let rig: PacketRig
let carrier: LinkCarrier
beforeEach(async () => {
  clock = new FakeClock()
  rig = packetRig(clock)
  carrier = await LinkCarrier.open('a-b', ['port0', 'port1'], {clock, packets: rig.door, seed: 7})
})

function order(effect: Partial<LinkEffect>, rest: Partial<LinkOrder> = {}): LinkOrder {
  return {
    fault: 'f',
    series: rest.fault ?? 'f',
    lasts: 60_000,
    sender: 0,
    arriving: false,
    match: ALL,
    seed: null,
    ...rest,
    effect: {...CALM, ...effect},
  }
}

const times = (): readonly number[] => rig.sent.map(({at}) => at)

describe('a link that netdrill carries', () => {
  it('passes everything on at once, from either end to the other', () => {
    rig.arrive('port0', ipv4Frame())
    rig.arrive('port1', arpFrame())
    expect(rig.sent.map(({device}) => device)).toEqual(['port1', 'port0'])
    expect(rig.sent[0]?.frame).toEqual(ipv4Frame())
    expect(carrier.state()).toMatchObject({link: 'a-b', packets: 2, orders: []})
  })

  it('delays what one end sends, and neither ARP nor what the other sends', async () => {
    carrier.set(order({delay: 100}))
    rig.arrive('port0', ipv4Frame())
    rig.arrive('port0', arpFrame())
    rig.arrive('port1', ipv4Frame())
    expect(times()).toEqual([0, 0])
    await clock.advance(99)
    expect(rig.sent).toHaveLength(2)
    await clock.advance(1)
    expect(rig.sent[2]).toMatchObject({device: 'port1', at: 100})
    expect(carrier.state().faults['f']).toEqual({matched: 1, affected: 1, lost: 0, overflowed: 0})
  })

  it('keeps a copy of what waits: the port reads the next frame into the same memory', async () => {
    carrier.set(order({delay: 10}))
    const memory = ipv4Frame({payload: Buffer.from('one')})
    rig.arrive('port0', memory)
    memory.fill(0)
    await clock.advance(10)
    expect(rig.sent[0]?.frame).toEqual(ipv4Frame({payload: Buffer.from('one')}))
  })

  it('lets several faults act one after the other', async () => {
    carrier.set(order({delay: 30}, {fault: 'one'}))
    carrier.set(order({delay: 20}, {fault: 'two'}))
    rig.arrive('port0', ipv4Frame())
    await clock.advance(50)
    expect(times()).toEqual([50])
    carrier.clear('one')
    rig.arrive('port0', ipv4Frame())
    await clock.advance(20)
    expect(times()).toEqual([50, 70])
  })

  it('sends a second packet with a nearer time first', async () => {
    carrier.set(order({delay: 50}, {fault: 'udp', match: {...ALL, protocol: 'udp'}}))
    carrier.set(order({delay: 10}, {fault: 'tcp', match: {...ALL, protocol: 'tcp'}}))
    rig.arrive('port0', ipv4Frame({protocol: 'udp'}))
    rig.arrive('port0', ipv4Frame({protocol: 'tcp'}))
    await clock.advance(60)
    expect(times()).toEqual([10, 50])
  })

  it('ends a fault by itself, keeps its count, and lets go what waits before anything that comes later', async () => {
    carrier.set(order({delay: 100}, {lasts: 50}))
    rig.arrive('port0', ipv4Frame({payload: Buffer.from('1')}))
    rig.arrive('port0', ipv4Frame({payload: Buffer.from('2')}))
    await clock.advance(60)
    expect(carrier.state().orders).toEqual([])
    rig.arrive('port0', ipv4Frame({payload: Buffer.from('3')}))
    await clock.advance(60)
    expect(times()).toEqual([50, 50, 60])
    expect(rig.sent.map(({frame}) => String.fromCharCode(frame.at(-1) ?? 0)).join('')).toBe('123')
    expect(carrier.state().faults['f']?.matched).toBe(2)
  })

  it('does the latest state of a fault only, while the one before is still to be taken back', async () => {
    carrier.set(order({delay: 500}, {fault: 'f.1', series: 'f'}))
    rig.arrive('port0', ipv4Frame())
    carrier.set(order({delay: 20}, {fault: 'f.2', series: 'f'}))
    expect(times()).toEqual([0])
    rig.arrive('port0', ipv4Frame())
    await clock.advance(20)
    carrier.clear('f.1')
    expect(times()).toEqual([0, 20])
    expect(carrier.state().orders.map(({fault}) => fault)).toEqual(['f.2'])
  })

  it('tells the orders in force as they were given, which is their read-back', () => {
    const given = order({delay: 5, loss: {model: 'random', chance: 0.5, correlation: 0}})
    carrier.set(given)
    expect(carrier.state().orders).toEqual([given])
  })

  it('counts what it loses, and what finds no room', () => {
    carrier.set(order({loss: {model: 'random', chance: 1, correlation: 0}}, {fault: 'loss'}))
    rig.arrive('port0', ipv4Frame())
    carrier.clear('loss')
    carrier.set(order({delay: 100, limit: 2}, {fault: 'full'}))
    for (let count = 0; count < 5; count++) rig.arrive('port0', ipv4Frame())
    expect(carrier.state().faults).toMatchObject({
      loss: {matched: 1, affected: 1, lost: 1, overflowed: 0},
      full: {matched: 5, affected: 5, lost: 3, overflowed: 3},
    })
  })

  it('doubles and damages', () => {
    const certain = {chance: 1, correlation: 0}
    carrier.set(order({duplicate: certain, corrupt: certain}))
    rig.arrive('port0', ipv4Frame())
    expect(rig.sent).toHaveLength(2)
    for (const {frame} of rig.sent) expect(frame).not.toEqual(ipv4Frame())
  })

  it('hits what arrives at a node by what the other end sends', () => {
    carrier.set(
      order(
        {loss: {model: 'random', chance: 1, correlation: 0}},
        {sender: 1, arriving: true, match: {...ALL, to: ['10.0.0.2']}},
      ),
    )
    rig.arrive('port1', ipv4Frame({from: '10.0.0.2', to: '10.0.0.1'}))
    rig.arrive('port1', ipv4Frame({from: '10.0.0.3', to: '10.0.0.1'}))
    expect(rig.sent).toHaveLength(1)
  })

  it('draws the same fates for the same seed, and others for another', async () => {
    const fates = async (seed: number): Promise<readonly number[]> => {
      const own = packetRig(clock)
      const link = await LinkCarrier.open('x', ['p', 'q'], {clock, packets: own.door, seed})
      link.set(order({loss: {model: 'random', chance: 0.5, correlation: 0}}))
      return Array.from({length: 64}, () => {
        const before = own.sent.length
        own.arrive('p', ipv4Frame())
        return own.sent.length - before
      })
    }
    expect(await fates(1)).toEqual(await fates(1))
    expect(await fates(1)).not.toEqual(await fates(2))
  })
})
