import {describe, expect, it} from 'vitest'
import {Panic} from '../../../src/connections/panic.ts'
import {openWatch} from '../../../src/connections/watch-targets.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {Outcome} from '../../../src/core/outcome.ts'
import type {Ports} from '../../../src/core/ports.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {makeFailure} from '../../../src/core/codes/index.ts'
import {FakeClock} from '../../support/fake-clock.ts'
import {FakeNetwork} from '../../support/fake-network.ts'
import {stateOf} from '../../support/group-events.ts'
import {POLICY, SPEC} from '../../support/watch-rig.ts'

const NAMES = Array.from({length: 120}, (_, index) => `t${index}`)

function lose(panic: Panic, names: readonly string[], at: number): void {
  for (const name of names) panic.add(stateOf(name, 'connected', 0))
  for (const name of names) panic.add(stateOf(name, 'reconnecting', at))
}

const attempted = (target: string, at: number): RunEvent => ({
  at,
  type: 'attempt',
  target,
  attempt: 1,
  phase: 'immediate',
  took: 1,
  failure: null,
})

describe('while the own network is suspected', () => {
  it('lets one attempt through at a time, each in its turn, within a minute', async () => {
    const clock = new FakeClock()
    const panic = new Panic(clock)
    lose(panic, NAMES, 1000)
    const begun: number[] = []
    const waits = NAMES.map(() => panic.queue(() => begun.push(clock.now())))
    expect(waits.filter((one) => one === null)).toHaveLength(1)
    expect(waits.at(-1)?.until).toBeCloseTo(59_500, 0)
    await clock.advance(60_000)
    expect(begun).toHaveLength(119)
    const gaps = begun.slice(1).map((time, index) => time - (begun[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(499)
    expect(clock.pending).toBe(0)
  })

  it('goes faster as soon as one has succeeded', async () => {
    const clock = new FakeClock()
    const panic = new Panic(clock)
    lose(panic, NAMES, 1000)
    let begun = 0
    for (const _ of NAMES) panic.queue(() => (begun += 1))
    await clock.advance(5000)
    expect(begun).toBe(10)
    panic.add(attempted('t0', 5000))
    await clock.advance(6000)
    expect(begun).toBe(119)
  })

  it('holds nobody back when only a few are lost, and forgets who leaves the line', async () => {
    const clock = new FakeClock()
    const panic = new Panic(clock)
    lose(panic, NAMES.slice(0, 3), 1000)
    for (const name of NAMES.slice(3)) panic.add(stateOf(name, 'connected', 0))
    expect(NAMES.map(() => panic.queue(() => undefined))).toEqual(NAMES.map(() => null))
    lose(panic, NAMES, 2000)
    panic.queue(() => undefined)?.leave()
    expect(clock.pending).toBe(0)
  })
})

describe('a watch whose network goes', () => {
  /** 40 targets with the same policy, all gone between 2 and 12 s. */
  async function attemptsOf(takesTurns: boolean): Promise<readonly number[]> {
    const clock = new FakeClock()
    const events: RunEvent[] = []
    const stop = new AbortController()
    const measure = async (): Promise<Outcome> => {
      const gone = clock.now() > 2000 && clock.now() < 12_000
      const failure = makeFailure('NET_UNREACHABLE', 'scripted')
      const took = 1
      await Promise.resolve()
      return gone
        ? {status: 'failed', failure, partial: {phase: {}}, took}
        : {status: 'ok', reading: {phase: {}}, took}
    }
    const ports = {clock, random: seededRandom(1), network: new FakeNetwork()} as unknown as Ports
    const specs = Array.from({length: 40}, (_, index) => ({
      ...SPEC,
      name: `t${index}`,
      interval: 1000,
      timeout: 500,
      policy: {...POLICY, phases: [{...POLICY.phases[0], attempts: null, interval: 1000}]},
      ...(takesTurns && {takesTurns: true as const}),
    }))
    const {ended} = await openWatch(specs, ports, {
      origin: 0,
      emit: (event) => events.push(event),
      signal: stop.signal,
      load: async () =>
        Promise.resolve({
          kind: 'tcp',
          summary: '',
          example: '',
          defaultPort: null,
          needs: [],
          schema: {} as never,
          open: async () => Promise.resolve({method: null, measure, close: async () => Promise.resolve()}),
        }),
    })
    await clock.advance(25_000)
    stop.abort()
    await ended
    const up = new Map<string, string>()
    for (const event of events)
      if (event.type === 'state-changed' && event.to !== 'disconnected') up.set(event.target, event.to)
    expect([...up.values()].filter((state) => state !== 'connected')).toEqual([])
    const tried = events.filter((event) => event.type === 'attempt' && event.failure !== null)
    return Array.from(
      {length: 10},
      (_, second) => tried.filter(({at}) => Math.floor(at / 1000) === second + 2).length,
    )
  }

  it('makes far fewer attempts than its ladders would, and everything comes back', async () => {
    const [turns, ladders] = [await attemptsOf(true), await attemptsOf(false)]
    expect(Math.max(...ladders)).toBeGreaterThanOrEqual(40)
    expect(Math.max(...turns.slice(2))).toBeLessThanOrEqual(2)
  })
})
