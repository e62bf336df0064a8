import fc from 'fast-check'
import {expect, it} from 'vitest'
import {Pace} from '../../../src/connections/pace.ts'
import {Quality} from '../../../src/connections/quality.ts'
import {Sampler} from '../../../src/connections/sampler.ts'
import {TRANSITIONS} from '../../../src/connections/machine.ts'
import {type HealthOptions, detectionTime} from '../../../src/core/health.ts'
import type {ConnectionState} from '../../../src/core/events.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {FakeClock} from '../../support/fake-clock.ts'
import {type Answer, type Rig, startWatch} from '../../support/watch-rig.ts'

const RTT = 10
/** Timers of the rig and the round trip of the last check that was answered. */
const SLACK = 2 * RTT + 1

const options: fc.Arbitrary<HealthOptions> = fc.record(
  {
    fastInterval: fc.integer({min: 50, max: 1000}),
    jitter: fc.double({min: 0, max: 0.5, noNaN: true}),
    inactive: fc.record({
      after: fc.integer({min: 2500, max: 6000}),
      combine: fc.constantFrom('any' as const, 'all' as const),
    }),
    phi: fc.record({
      threshold: fc.integer({min: 4, max: 12}),
      pause: fc.integer({min: 0, max: 2000}),
      minDeviation: fc.integer({min: 50, max: 300}),
      samples: fc.constant(50),
    }),
    hold: fc.record({suspect: fc.integer({min: 100, max: 2000})}),
  },
  {requiredKeys: []},
)

const checks = fc.record({
  interval: fc.integer({min: 200, max: 1500}),
  timeout: fc.integer({min: 100, max: 2500}),
  fall: fc.integer({min: 1, max: 4}),
  // What an accrual detector learns from irregular gaps is an estimate, no bound.
  health: options.map(({jitter, ...rest}) => (rest.phi || jitter === undefined ? rest : {...rest, jitter})),
})

it('finds a silent loss within the time that is worked out from the checks', async () => {
  await fc.assert(
    fc.asyncProperty(checks, fc.double({min: 0, max: 1, noNaN: true}), async (spec, phase) => {
      const from = 30 * spec.interval + phase * spec.interval
      const rig = await startWatch(spec, (now) => (now >= from ? 'silent' : {after: RTT}))
      const {worst} = detectionTime(spec)
      await rig.clock.advance(from + worst + SLACK)
      const lost = rig.events.find((event) => event.type === 'state-changed' && event.to === 'reconnecting')
      await rig.stop()
      expect(lost).toBeDefined()
      expect((lost?.at ?? 0) - from).toBeGreaterThan(0)
    }),
    {numRuns: 40},
  )
}, 60_000)

const answers = fc.array(
  fc.record({
    lasts: fc.integer({min: 50, max: 3000}),
    answer: fc.oneof(
      {weight: 4, arbitrary: fc.integer({min: 1, max: 400}).map((after): Answer => ({after}))},
      {weight: 2, arbitrary: fc.constant<Answer>({after: 3, code: 'TCP_REFUSED'})},
      {weight: 2, arbitrary: fc.constant<Answer>('silent')},
    ),
  }),
  {minLength: 1, maxLength: 12},
)

it('moves along the table only, whatever the network does and whatever detectors there are', async () => {
  await fc.assert(
    fc.asyncProperty(checks, options, answers, async (spec, health, script) => {
      const total = script.reduce((sum, {lasts}) => sum + lasts, 0)
      const quality = {maxRtt: 200, wellRtt: 100, maxLoss: 0.4, wellLoss: 0.1, warnRtt: 150, trend: 5000}
      const rig = await startWatch({...spec, rise: 2, health: {...health, quality}}, (now) =>
        at(script, now % total),
      )
      await rig.clock.advance(2 * total + 5000)
      await rig.stop()
      expect(oddities(rig)).toEqual([])
    }),
    {numRuns: 30},
  )
}, 60_000)

function at(script: readonly {readonly lasts: number; readonly answer: Answer}[], now: number): Answer {
  let end = 0
  for (const {lasts, answer} of script) {
    end += lasts
    if (now < end) return answer
  }
  return 'silent'
}

/** What no run may hold; empty for a sound one. */
function oddities(rig: Rig): string[] {
  let state: ConnectionState = 'idle'
  let warned = false
  const odd: string[] = []
  for (const event of rig.events) {
    if (event.type === 'early-warning') {
      if (event.active === warned) odd.push(`${event.at}: the same warning twice`)
      warned = event.active
    }
    if (event.type !== 'state-changed') continue
    const isMove = event.from === state && event.to !== state
    if (!isMove || !Object.values(TRANSITIONS[state]).includes(event.to))
      odd.push(`${event.at}: ${state}, then ${event.from} > ${event.to}`)
    state = event.to
  }
  const seqs = rig.events.flatMap((event) => (event.type === 'sample' ? [event.sample.seq] : []))
  if (seqs.some((seq, index) => seq <= (seqs[index - 1] ?? -1))) odd.push('samples out of order')
  return rig.clock.pending === 0 ? odd : [...odd, 'a timer is left']
}

it('never changes its mind while a measure stays between its two thresholds', () => {
  const band = fc.array(fc.double({min: 501, max: 999, noNaN: true}), {maxLength: 300})
  fc.assert(
    fc.property(fc.boolean(), band, (wasPoor, rtts) => {
      const quality = new Quality({maxRtt: 1000, wellRtt: 500})
      for (let index = 0; index < 10; index++) quality.observe(wasPoor ? 1200 : 100, index)
      // What was before has left the window.
      for (let index = 0; index < 10; index++) quality.observe(750, 10 + index)
      const changes = rtts.map((rtt, index) => quality.observe(rtt, 20 + index).change)
      expect(new Set(changes).size).toBeLessThanOrEqual(1)
      expect(changes[0] ?? null).toBeNull()
    }),
  )
})

it('does not warn of noise, however long it lasts', () => {
  const random = seededRandom(7)
  const quality = new Quality({maxRtt: 60, trend: 3_600_000})
  const warned = Array.from({length: 50_000}, (_, index) => {
    const bell = Array.from({length: 6}, () => random.next()).reduce((sum, one) => sum + one, 0) - 3
    const spike = random.next() < 0.01 ? random.next() * 500 : 0
    return quality.observe(20 + bell * 5 + spike, index * 1000).warning
  })
  expect(warned.filter((one) => one !== null)).toEqual([])
})

it('keeps to its schedule for a week: jitter puts checks off but never adds up', async () => {
  const clock = new FakeClock()
  const sent: number[] = []
  const interval = 60_000
  const sampler = new Sampler({
    pace: new Pace({interval, health: {jitter: 0.1}, random: seededRandom(3)}),
    timeout: 5000,
    first: 0,
    origin: 0,
    clock,
    probers: {
      measure: async () => {
        sent.push(clock.now())
        return Promise.resolve({status: 'ok', reading: {phase: {}}, took: 1})
      },
    },
    observer: {sawAll: () => true, takeLag: () => 0},
    turnstile: {
      pass: (begin) => {
        begin()
        return () => undefined
      },
    },
    onOutcome: () => undefined,
    onSample: () => undefined,
    onMissed: () => expect.unreachable(),
  })
  const days = 7
  await clock.advance(days * 86_400_000 - 1)
  await sampler.stop()
  expect(sent).toHaveLength((days * 86_400_000) / interval)
  const offsets = sent.map((time, index) => time - index * interval)
  expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...offsets)).toBeLessThan(0.1 * interval)
  const mean = offsets.reduce((sum, one) => sum + one, 0) / offsets.length
  expect(mean / interval).toBeCloseTo(0.05, 2)
})
