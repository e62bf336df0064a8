import {describe, expect, it} from 'vitest'
import type {EchoResult} from '../../../../src/core/ports.ts'
import {pingOptions} from '../../../../src/probes/ping/options.ts'
import {ping} from '../../../../src/probes/ping/probe.ts'
import {REPLY, makeWorld, measure, openPing} from './ping-world.ts'

describe('ping with a search for the path MTU', () => {
  const tooBig = (mtu: number, more: object = {}): EchoResult => ({
    status: 'failed',
    took: 0,
    mtu,
    error: {code: 'EMSGSIZE', message: 'too big', local: true},
    ...more,
  })

  it('searches the path MTU when a condition asks for it', async () => {
    const {world, ports} = makeWorld({results: [tooBig(1500)]})
    const attuned = ping.attune?.(pingOptions.parse({}), ['ping.mtu'])
    const outcome = await measure(await openPing('ping://10.0.0.2', ports, {mtu: attuned?.mtu}))
    expect(world.openings).toEqual([{family: 4, dontFragment: true}])
    expect(world.requests.map(({size}) => size)).toEqual([65_507, 1216, 1472])
    const search = {link: 1500, over: 1501, named_by: null, silent: false, complete: true, packets: 2}
    expect(outcome).toMatchObject({status: 'ok', reading: {rtt: 1.5, ping: {mtu: 1500, search}}})
  })

  it('fails where large packets vanish, and says all the same what it knows', async () => {
    const silence: EchoResult = {status: 'timeout', took: 200}
    const {ports} = makeWorld({results: [tooBig(1246), REPLY, silence, silence, silence]})
    const outcome = await measure(await openPing('ping://10.0.0.2', ports, {mtu: true}))
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: {code: 'NET_PMTU_BLACKHOLE', blame: 'path'},
      partial: {rtt: 1.5, ping: {mtu: 1244, search: {link: 1246, over: 1245, silent: true}}},
    })
  })

  it('calls a search that nothing answers what a ping would', async () => {
    const silence: EchoResult = {status: 'timeout', took: 1000}
    const {ports} = makeWorld({results: [tooBig(1500), silence, silence, silence, silence]})
    const outcome = await measure(await openPing('ping://10.0.0.2', ports, {mtu: true}))
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'PING_TIMEOUT'}})
  })
})
