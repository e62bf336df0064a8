import * as z from 'zod'
import {expect, it} from 'vitest'
import {openWatch} from '../../../src/connections/watch-targets.ts'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {Ports} from '../../../src/core/ports.ts'
import {seededRandom} from '../../../src/core/random.ts'
import type {Probe} from '../../../src/probes/probe.ts'
import {FakeClock} from '../../support/fake-clock.ts'
import {FakeNetwork} from '../../support/fake-network.ts'
import {POLICY, SPEC} from '../../support/watch-rig.ts'

/** When each of two paths is dead, in milliseconds: in turns, and both for a while. */
const DEAD: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  wifi: [
    [1000, 2600],
    [6000, 7000],
  ],
  cable: [[2000, 3900]],
}

it('counts and waits for each path by itself when they fail in turns', async () => {
  const clock = new FakeClock()
  const events: RunEvent[] = []
  const probe: Probe = {
    kind: 'tcp',
    summary: 'scripted',
    example: '',
    defaultPort: null,
    needs: [],
    schema: z.unknown(),
    open: async ({url}) =>
      Promise.resolve({
        method: null,
        measure: async () => {
          const now = clock.now()
          const dead = DEAD[url.host]?.some(([from, to]) => now >= from && now < to) ?? false
          return Promise.resolve(
            dead
              ? {
                  status: 'failed' as const,
                  failure: makeFailure('TCP_REFUSED', 'scripted'),
                  partial: {phase: {}},
                  took: 0,
                }
              : {status: 'ok' as const, reading: {rtt: 1, phase: {}}, took: 1},
          )
        },
        close: async () => Promise.resolve(),
      }),
  }
  const stop = new AbortController()
  const ports = {clock, random: seededRandom(1), network: new FakeNetwork()} as unknown as Ports
  const specs = Object.keys(DEAD).map((name) => ({...SPEC, name, url: `tcp://${name}:443`, policy: POLICY}))
  const {ended} = await openWatch(specs, ports, {
    origin: 0,
    emit: (event) => events.push(event),
    signal: stop.signal,
    load: async () => Promise.resolve(probe),
  })
  await clock.advance(9000)
  stop.abort()
  await clock.advance(100)
  await ended
  const numbers = (target: string): readonly (readonly number[])[] => {
    const rows: number[][] = []
    for (const event of events) {
      if (event.type !== 'attempt' || event.target !== target) continue
      if (event.attempt === 1 || rows.length === 0) rows.push([])
      rows.at(-1)?.push(event.attempt)
    }
    return rows
  }
  // Each loss begins at its first attempt, whatever the other path is just doing.
  for (const rows of [numbers('wifi'), numbers('cable')])
    for (const row of rows) expect(row).toEqual(row.map((_, index) => index + 1))
  const lost = (target: string): readonly number[] =>
    events
      .filter(
        (event) => event.type === 'state-changed' && event.target === target && event.to === 'reconnecting',
      )
      .map(({at}) => at)
  const dues = (target: string, since: number): readonly number[] =>
    events.flatMap((event) =>
      event.type === 'attempt-scheduled' && event.target === target && event.at >= since
        ? [Math.round(event.due - since)]
        : [],
    )
  expect(lost('wifi')).toHaveLength(2)
  expect(lost('cable')).toHaveLength(1)
  const [first = 0, second = 0] = lost('wifi')
  const [only = 0] = lost('cable')
  // The waits of the policy: 200 and 400 after the loss, then one second each.
  expect(dues('wifi', first).slice(0, 2)).toEqual([200, 400])
  expect(dues('wifi', second).slice(0, 2)).toEqual([200, 400])
  expect(dues('cable', only).slice(0, 3)).toEqual([200, 400, 1400])
})
