import {describe, expect, it} from 'vitest'
import {type Mixed, joinLeaves} from '../../../src/faults/join-leaves.ts'
import {netemLeaf} from '../../../src/faults/kinds/netem-leaf.ts'
import type {NetemSpec} from '../../../src/faults/kinds/netem-spec.ts'

function netem(spec: Omit<NetemSpec, 'kind'>): Mixed {
  const whole: NetemSpec = {kind: 'netem', ...spec}
  const leaf = netemLeaf({spec: whole, delay: spec.delay ?? 0, takesSeed: true})
  return {leaf, mix: {type: 'netem', spec: whole, takesSeed: true}}
}

const tbf = (rate: number): Mixed => ({
  leaf: {kind: 'tbf', options: ['rate', `${rate}bit`], expect: {rate: rate / 8}},
  mix: {type: 'rate', rate},
})

const random = (chance: number): NetemSpec['loss'] => ({model: 'random', chance, correlation: 0})

function options(...parts: readonly Mixed[]): string {
  const leaf = joinLeaves(parts)
  if (typeof leaf === 'string') throw new Error(leaf)
  // Without the limit, which has tests of its own.
  return [leaf.kind, ...leaf.options.slice(2)].join(' ')
}

describe('packets of two faults', () => {
  it.each([
    ['delays add', [netem({delay: 10}), netem({delay: 20.5})], 'netem delay 30500us'],
    ['losses combine', [netem({loss: random(0.1)}), netem({loss: random(0.05)})], 'netem loss random 14.5%'],
    [
      'the lowest rate wins, whoever has it',
      [netem({rate: 2e6}), tbf(1e6), netem({rate: 3e6})],
      'netem rate 1000000bit',
    ],
    [
      'what only one does stays as it is',
      [netem({delay: 10, jitter: 5, distribution: 'pareto'}), netem({loss: random(0.01)}), tbf(8e6)],
      'netem delay 10ms 5ms distribution pareto loss random 1% rate 8000000bit',
    ],
    [
      'uniform jitters add as variances',
      [netem({delay: 10, jitter: 3, rate: 1e6}), netem({delay: 10, jitter: 4})],
      'netem delay 20ms 5ms rate 1000000bit',
    ],
    [
      'different distributions become a normal one',
      [
        netem({delay: 10, jitter: 3, distribution: 'pareto', rate: 1e6}),
        netem({delay: 10, jitter: 4, distribution: 'normal'}),
      ],
      'netem delay 20ms 5ms distribution normal rate 1000000bit',
    ],
    [
      'duplicates and damage combine',
      [
        netem({duplicate: {chance: 0.5, correlation: 0}, corrupt: {chance: 0.1, correlation: 0.25}}),
        netem({duplicate: {chance: 0.5, correlation: 0}, corrupt: {chance: 0.1, correlation: 0}}),
      ],
      'netem duplicate 75% corrupt 19% 25%',
    ],
  ])('%s', (_, parts, expected) => {
    expect(options(...parts)).toBe(expected)
    expect(options(...parts.toReversed())).toBe(expected)
  })

  it('keep a jitter in order, unless one of them does not want that', () => {
    const jittered = netem({delay: 10, jitter: 5})
    expect(options(jittered, netem({delay: 1}))).toContain('rate 100000000000bit')
    expect(options(jittered, netem({delay: 1, keep_order: false}))).not.toContain('rate')
  })

  it('have a queue for both delays, and never a shorter one than was given', () => {
    const limitOf = (...parts: readonly Mixed[]): number => {
      const leaf = joinLeaves(parts)
      return typeof leaf === 'string' ? 0 : Number(leaf.options[1])
    }
    expect(limitOf(netem({delay: 100}), netem({delay: 100}))).toBe(limitOf(netem({delay: 200}), netem({})))
    expect(limitOf(netem({delay: 1, limit: 10}), netem({limit: 20}))).toBe(20)
    expect(limitOf(netem({delay: 1, limit: 10}), netem({delay: 1}))).toBeGreaterThan(1000)
  })

  it('of rate limits alone take the leaf of the lowest', () => {
    const low = tbf(1e6)
    expect(joinLeaves([tbf(2e6), low, tbf(3e6)])).toBe(low.leaf)
  })

  it.each([
    ['bursts of loss', {loss: {model: 'gemodel', p: 0.1, r: 0.1, badLoss: 1, goodLoss: 0}}, 'not gemodel'],
    ['reordering', {delay: 1, reorder: {chance: 0.1, correlation: 0}}, 'both reorder'],
    ['slots', {slot: {min: 1}}, 'both send in bursts'],
  ] as const)('are refused where %s would have to be done twice', (_, spec, why) => {
    expect(joinLeaves([netem(spec), netem({delay: 5})])).not.toBeTypeOf('string')
    expect(
      joinLeaves([netem({...spec, loss: 'loss' in spec ? spec.loss : random(0.1)}), netem(spec)]),
    ).toContain(why)
  })
})
