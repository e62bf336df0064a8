import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import {isUserError} from '../../../src/core/errors.ts'
import type {ActiveFault} from '../../../src/faults/fault.ts'
import {computeLimit} from '../../../src/core/netem-limit.ts'
import {combineChances, expectedLoss} from '../../../src/faults/netem-arithmetic.ts'
import {faultKey} from '../../../src/faults/fault-key.ts'
import {makeFaultWorld, makeRequest} from '../../support/fault-world.ts'
import {planWords} from '../../support/fault-situation.ts'

const percent = fc.integer({min: 1, max: 100}).map((value) => `${value}%`)
const delay = fc.integer({min: 1, max: 270_000}).map((value) => `${value}ms`)
const rate = fc.integer({min: 1, max: 10_000}).map((value) => `${value}mbit`)
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, {nil: undefined})

const scope = fc.record(
  {
    to: fc.constantFrom('10.1.0.2', '10.1.0.0/24', '2001:db8::2', '10.1.0.3,2001:db8::/64'),
    port: maybe(fc.integer({min: 1, max: 65_535})),
    protocol: maybe(fc.constantFrom('tcp', 'udp')),
  },
  {requiredKeys: ['to']},
)

const fault = fc.oneof(
  fc.record({kind: fc.constant('partition'), mode: fc.constantFrom('drop', 'reject'), scope}),
  fc.record({
    kind: fc.constant('partition'),
    connections: fc.constantFrom('new', 'established'),
    scope: fc.constantFrom({to: '10.1.0.2'}, {to: '2001:db8::/64', protocol: 'tcp'}),
  }),
  fc.record({kind: fc.constant('mtu'), size: fc.integer({min: 68, max: 9000}), scope}),
  fc.record({kind: fc.constant('rate'), rate, algorithm: maybe(fc.constantFrom('tbf', 'htb')), scope}),
  fc.record({
    kind: fc.constant('netem'),
    delay,
    jitter: maybe(delay),
    loss: maybe(percent),
    rate: maybe(rate),
    scope,
  }),
)

describe('apply and remove', () => {
  it('leave the kernel as it was, whatever is applied, in whatever order it ends, and whichever command fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, {minLength: 1, maxLength: 5}),
        fc.infiniteStream(fc.nat()),
        fc.option(fc.nat(25), {nil: Number.POSITIVE_INFINITY}),
        async (faults, order, failAt) => {
          const world = makeFaultWorld()
          const before = JSON.stringify([...world.kernel.devices])
          const engine = openFaultEngine(world.ports, {run: 'run'})
          const active: ActiveFault[] = []
          for (const [index, words] of faults.entries()) {
            const request = await makeRequest(`f${index}`, words)
            try {
              const plan = await engine.plan(request)
              world.kernel.failAt = world.kernel.commands + failAt
              active.push(await engine.apply(plan, request.binding))
            } catch (error) {
              if (!isUserError(error)) throw error
            }
            world.kernel.failAt = Number.POSITIVE_INFINITY
          }
          while (active.length > 0) {
            const [next] = active.splice((order.next().value ?? 0) % active.length, 1)
            const removal = await next?.remove()
            expect(removal).toMatchObject({restored: true, differences: []})
          }
          expect(JSON.stringify([...world.kernel.devices])).toBe(before)
          expect([...world.kernel.tables]).toEqual([])
          expect(world.kernel.log.filter((line) => /\breplace\b|\bflush\b/.test(line))).toEqual([])
        },
      ),
      {numRuns: 150},
    )
  })
})

describe('a netem plan', () => {
  it('gives every time, rate and share its unit', async () => {
    await fc.assert(
      fc.asyncProperty(delay, delay, percent, rate, async (wait, jitter, loss, limit) => {
        const {shape} = await planWords({
          kind: 'netem',
          delay: wait,
          jitter,
          loss,
          rate: limit,
          scope: {to: '10.0.0.2'},
        })
        const words = shape?.leaf.options.slice(2) ?? []
        const bare = words.filter((word) => /^\d+(\.\d+)?$/.test(word))
        expect(bare).toEqual([])
      }),
      {numRuns: 100},
    )
  })

  it('has a queue that grows with delay, jitter and rate, and holds what is in flight', () => {
    const request = fc.record({
      delay: fc.double({min: 0, max: 274_000, noNaN: true}),
      jitter: fc.double({min: 0, max: 1000, noNaN: true}),
      rate: fc.option(fc.double({min: 1000, max: 1e11, noNaN: true})),
    })
    fc.assert(
      fc.property(request, fc.double({min: 0, max: 1000, noNaN: true}), (one, more) => {
        const limit = computeLimit(one)
        expect(limit).toBeGreaterThanOrEqual(1000)
        expect(computeLimit({...one, delay: one.delay + more})).toBeGreaterThanOrEqual(limit)
        expect(computeLimit({...one, jitter: one.jitter + more})).toBeGreaterThanOrEqual(limit)
        if (one.rate === null) return
        expect(computeLimit({...one, rate: one.rate * (1 + more)})).toBeGreaterThanOrEqual(limit)
        expect(limit * 66).toBeGreaterThanOrEqual(((one.rate / 8) * one.delay) / 1000)
      }),
    )
  })
})

describe('loss arithmetic', () => {
  const ratio = fc.integer({min: 0, max: 1_000_000}).map((millionths) => millionths / 1e6)

  it('stays a share', () => {
    const model = fc.oneof(
      fc.record({
        model: fc.constant('gemodel' as const),
        p: ratio,
        r: ratio,
        badLoss: ratio,
        goodLoss: ratio,
      }),
      fc.record({
        model: fc.constant('state' as const),
        p13: ratio,
        p31: ratio,
        p32: ratio,
        p23: ratio,
        p14: ratio,
      }),
    )
    fc.assert(
      fc.property(model, (loss) => {
        const expected = expectedLoss(loss)
        expect(expected).toBeGreaterThanOrEqual(0)
        expect(expected).toBeLessThanOrEqual(1 + 1e-9)
      }),
    )
  })

  it('of two passages is at least that of one', () => {
    fc.assert(
      fc.property(ratio, (loss) => {
        expect(combineChances(loss, 2)).toBeGreaterThanOrEqual(loss - 1e-12)
      }),
    )
  })
})

describe('a fault key', () => {
  it('is a name that nft takes, whatever the run and the fault are called', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (run, id) => {
        expect(`netdrill_${faultKey(run, id)}`).toMatch(/^netdrill_[A-Za-z0-9_]{0,60}$/)
      }),
    )
  })

  it('differs between runs', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({minLength: 1}), {minLength: 2, maxLength: 2}),
        ([one = '', two = '']) => {
          expect(faultKey(`run ${one}`, 'fault')).not.toBe(faultKey(`run ${two}`, 'fault'))
        },
      ),
    )
  })
})
