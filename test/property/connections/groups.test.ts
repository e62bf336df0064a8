import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {FollowGroups} from '../../../src/connections/groups/follow-groups.ts'
import type {ConnectionState, RunEvent} from '../../../src/core/events.ts'
import type {PathGroupSpec, QuorumSpec} from '../../../src/core/group-spec.ts'
import {sampleOf, stateOf} from '../../support/group-events.ts'

const TARGETS = ['a', 'b', 'c']
const STATES: readonly ConnectionState[] = [
  'connecting',
  'connected',
  'degraded',
  'suspect',
  'reconnecting',
  'exhausted',
  'failed',
]
const members = TARGETS.map((target) => ({name: `path-${target}`, target}))
const HOLD_DOWN = 2000
const MOST = 3
const WITHIN = 20_000
const PATHS: PathGroupSpec = {
  mode: 'active-backup',
  name: 'paths',
  paths: members,
  failover: {onQuality: true, maxRtt: 100, maxLoss: 0.4},
  failback: {policy: 'after_stable', holdDown: HOLD_DOWN, minImprovement: 0.2},
  switches: {most: MOST, within: WITHIN},
}
const QUORUM: QuorumSpec = {mode: 'quorum', name: 'quorum', members, needed: 2, leaveBelow: 1}

const step = fc.record({
  wait: fc.integer({min: 1, max: 900}),
  target: fc.constantFrom(...TARGETS),
  what: fc.oneof(
    fc.constantFrom(...STATES),
    fc.option(fc.integer({min: 1, max: 300}), {nil: null}),
    fc.constant('gap' as const),
  ),
})

interface World {
  readonly states: Map<string, ConnectionState>
  readonly all: RunEvent[]
  active: string | null
}

/** Calls `check` after every event that went in, with what came out and the states as they are then. */
function play(
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
  check: (out: readonly RunEvent[], world: World, at: number) => void,
): World {
  const groups = new FollowGroups()
  groups.replace([PATHS, QUORUM], () => 100)
  const world: World = {states: new Map(), all: [], active: null}
  let at = 0
  for (const {wait, target, what} of steps) {
    at += wait
    const event = eventOf(world, {target, what, at})
    const out = groups.add(event)
    world.all.push(event, ...out)
    check(out, world, at)
  }
  return world
}

function eventOf(
  {states}: World,
  {
    target,
    what,
    at,
  }: {readonly target: string; readonly what: ConnectionState | number | 'gap' | null; readonly at: number},
): RunEvent {
  if (what === 'gap') return {at, type: 'observer-gap', length: 50, because: ''}
  if (what === null || typeof what === 'number') return sampleOf(target, what, at)
  const from = states.get(target) ?? 'idle'
  states.set(target, what)
  return stateOf(target, what, at, from)
}

const isDown = (state: ConnectionState | undefined): boolean =>
  state === 'reconnecting' || state === 'exhausted' || state === 'failed'
const isUp = (state: ConnectionState | undefined): boolean =>
  state === 'connected' || state === 'degraded' || state === 'suspect'

describe('groups under random events', () => {
  it('never stay on a path that is down, nor move to one that is not up', () => {
    fc.assert(
      fc.property(fc.array(step, {maxLength: 80}), (steps) => {
        play(steps, (out, world) => {
          for (const event of out) {
            if (event.type !== 'path-switched') continue
            expect(event.from).toBe(world.active)
            expect(event.to).not.toBe(event.from)
            world.active = event.to
            expect(event.to === null || isUp(world.states.get(event.to.slice(5)))).toBe(true)
          }
          expect(world.active !== null && isDown(world.states.get(world.active.slice(5)))).toBe(false)
        })
      }),
    )
  })

  it('change from the state they had, and count what is healthy', () => {
    fc.assert(
      fc.property(fc.array(step, {maxLength: 80}), (steps) => {
        const states = new Map([
          ['paths', 'idle'],
          ['quorum', 'idle'],
        ])
        play(steps, (out, world) => {
          for (const event of out) {
            if (event.type !== 'group-changed') continue
            expect(event.from).toBe(states.get(event.group))
            expect(event.to).not.toBe(event.from)
            states.set(event.group, event.to)
            const up = TARGETS.filter((name) => isUp(world.states.get(name))).length
            expect(event.healthy).toBe(up)
          }
          const up = TARGETS.filter((name) => isUp(world.states.get(name))).length
          const isHealthy = states.get('quorum') === 'connected'
          expect(up < QUORUM.needed || isHealthy).toBe(true)
          expect(up < QUORUM.leaveBelow && isHealthy).toBe(false)
        })
      }),
    )
  })

  it('keep the limit of switches that could have waited, and the hold time', () => {
    fc.assert(
      fc.property(fc.array(step, {minLength: 40, maxLength: 200}), (steps) => {
        const counted: number[] = []
        const upSince = new Map<string, number>()
        play(steps, (out, world, at) => {
          for (const name of TARGETS) {
            if (world.states.get(name) !== 'connected') upSince.delete(name)
            else if (!upSince.has(name)) upSince.set(name, at)
          }
          for (const event of out) {
            if (event.type !== 'path-switched' || event.kind === 'start' || event.kind === 'all-down')
              continue
            const recent = counted.filter((one) => at - one < WITHIN).length
            expect(event.kind === 'down' || recent < MOST).toBe(true)
            const good = at - (upSince.get((event.to ?? '').slice(5)) ?? at)
            expect(event.kind !== 'failback' || good >= HOLD_DOWN).toBe(true)
            counted.push(at)
          }
        })
      }),
    )
  })

  it('tell the same again when a journal is played again', () => {
    fc.assert(
      fc.property(fc.array(step, {maxLength: 60}), (steps) => {
        const first = play(steps, () => {})
        const second = play(steps, () => {})
        expect(second.all).toEqual(first.all)
      }),
    )
  })
})
