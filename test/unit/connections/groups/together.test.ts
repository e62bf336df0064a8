import {describe, expect, it} from 'vitest'
import {FlapDamping} from '../../../../src/connections/groups/flap-damping.ts'
import {FollowGroups} from '../../../../src/connections/groups/follow-groups.ts'
import type {ConnectionState, RunEvent} from '../../../../src/core/events.ts'
import type {QuorumSpec} from '../../../../src/core/group-spec.ts'
import {sampleOf, stateOf, tellGroups} from '../../../support/group-events.ts'

const members = ['a', 'b', 'c', 'd'].map((name) => ({name, target: name}))
const QUORUM: QuorumSpec = {mode: 'quorum', name: 'boot', members, needed: 3, leaveBelow: 2}

/** `a+ b-`: these are up or down, one after the other, a minute apart. */
function run(steps: string): readonly string[] {
  const groups = new FollowGroups()
  groups.replace([QUORUM], () => 100)
  return steps.split(' ').flatMap((step, index) => {
    const to: ConnectionState = step.endsWith('+') ? 'connected' : 'reconnecting'
    const events = groups.add(stateOf(step.slice(0, 1), to, index))
    return tellGroups(events).filter((line) => !line.includes('own network'))
  })
}

describe('QuorumGroup', () => {
  it.each([
    ['a+ b+ c+', ['0 connecting', '2 connected']],
    ['a- b-', ['0 connecting', '1 reconnecting']],
    ['a- b+ c+ d+', ['0 connecting', '3 connected']],
    // Between the thresholds it stays, but worse; below the lower one it is left; back only at the upper one.
    ['a+ b+ c+ c- b- b+ c+', ['0 connecting', '2 connected', '3 degraded', '4 reconnecting', '6 connected']],
  ])('%s', (steps, expected) => {
    expect(run(steps)).toEqual(expected)
  })
})

describe('the own network', () => {
  const all = ['a', 'b', 'c', 'd']
  const lose = (times: readonly number[]): readonly string[] => {
    const groups = new FollowGroups()
    const events = all.map((name) => stateOf(name, 'connected', 0))
    const losses = times.map((at, index) => stateOf(all[index] ?? '', 'reconnecting', at))
    const back = all.map((name) => stateOf(name, 'connected', 90_000))
    return tellGroups([...events, ...losses, ...back].flatMap((event) => groups.add(event)))
  }

  it('is suspected when most targets are lost at once, until most are back', () => {
    expect(lose([1000, 1100, 1200])).toEqual(['1200 own network suspected', '90000 own network trusted'])
  })

  it('is not suspected for half of them, nor for losses one after the other', () => {
    expect(lose([1000, 1100])).toEqual([])
    expect(lose([1000, 15_000, 30_000])).toEqual([])
  })
})

describe('FlapDamping', () => {
  const run = (losses: readonly number[], until: number): readonly string[] => {
    const flaps = new FlapDamping()
    const events: RunEvent[] = losses.map((at) => stateOf('a', 'reconnecting', at, 'suspect'))
    for (let at = 0; at < until; at += 1000) events.push(sampleOf('a', 5, at))
    return tellGroups(
      events
        .toSorted((one, other) => one.at - other.at)
        .flatMap((event) => flaps.add(event).map((next) => ({...next, at: event.at}))),
    )
  }

  it('tells the third loss within two minutes, and its end when it has been quiet', () => {
    expect(run([1000, 11_000, 21_000], 600_000)).toEqual(['21000 flapping a', '202000 steady a'])
  })

  it('says nothing about losses that are far apart', () => {
    expect(run([0, 300_000, 600_000, 900_000], 1_200_000)).toEqual([])
  })

  it('is over eight minutes after the last loss, however many there were', () => {
    const losses = Array.from({length: 100}, (_, index) => index * 10)
    expect(run(losses, 600_000).map((line) => line.split(' ')[1])).toEqual(['flapping', 'steady'])
    expect(Number(run(losses, 600_000).at(-1)?.split(' ')[0])).toBeLessThanOrEqual(482_000)
  })
})
