import * as z from 'zod'
import {describe, expect, it} from 'vitest'
import type {CapabilityReport} from '../../../src/core/capabilities.ts'
import type {Ports} from '../../../src/core/ports.ts'
import {Probers} from '../../../src/connections/probers.ts'
import type {Probe, Prober} from '../../../src/probes/probe.ts'
import {FakeClock} from '../../support/fake-clock.ts'
import {SPEC} from '../../support/watch-rig.ts'

const run = {seq: 0, timeout: 100, signal: new AbortController().signal}

function rig(measure: Prober['measure'], status: CapabilityReport['status'] = 'present') {
  const clock = new FakeClock()
  const counts = {opened: 0, closed: 0}
  const probe: Probe = {
    kind: 'ping',
    summary: '',
    example: '',
    defaultPort: null,
    needs: ['icmp-raw'],
    schema: z.unknown(),
    open: async () => {
      counts.opened += 1
      return Promise.resolve({
        method: null,
        measure,
        close: async () => {
          counts.closed += 1
          return Promise.resolve()
        },
      })
    },
  }
  const report = {
    capability: 'icmp-raw',
    status,
    found: 'no CAP_NET_RAW',
    why: '',
    remedy: 'become root',
  } as const
  const ports = {clock, capabilities: {check: async () => Promise.resolve(report)}} as unknown as Ports
  return {clock, counts, open: async () => Probers.open(SPEC, ports, async () => Promise.resolve(probe))}
}

describe('probers', () => {
  it('skip every sample when the machine lacks what the probe needs, and say what would help', async () => {
    const {open, counts} = rig(async () => Promise.reject(new Error('must not be called')), 'missing')
    const probers = await open()
    expect(await probers.measure(run)).toEqual({
      status: 'skipped',
      because: {
        code: 'CAPABILITY_MISSING',
        text: 'ping needs icmp-raw: no CAP_NET_RAW',
        advice: ['become root'],
      },
    })
    expect(counts.opened).toBe(0)
  })

  it('give overlapping samples a prober each, use free ones again and close them all', async () => {
    const {open, counts, clock} = rig(async () => {
      await clock.sleep(50)
      return {status: 'ok', reading: {phase: {}}, took: 50}
    })
    const probers = await open()
    const two = Promise.all([probers.measure(run), probers.measure(run)])
    await clock.advance(50)
    await two
    const third = probers.measure(run)
    await clock.advance(50)
    await third
    expect(counts.opened).toBe(2)
    await probers.close()
    expect(counts.closed).toBe(2)
  })

  it('turn an exception of a probe into a failure that says it is unknown', async () => {
    const {open} = rig(async () => Promise.reject(new Error('boom')))
    const probers = await open()
    expect(await probers.measure(run)).toMatchObject({
      status: 'failed',
      failure: {code: 'UNKNOWN', message: 'boom'},
    })
  })
})
