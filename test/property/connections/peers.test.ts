import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {Action, CheckOrder} from '../../../src/connections/peers/actions.ts'
import {PeerMachine} from '../../../src/connections/peers/machine.ts'
import type {PeerState} from '../../../src/core/peer-events.ts'
import type {PeerSpec} from '../../../src/core/peer-spec.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {peerSpec} from '../../support/peer-world.ts'

/** What may follow what. */
const NEXT: Readonly<Record<PeerState, readonly PeerState[]>> = {
  new: ['checking', 'closed'],
  checking: ['connected', 'disconnected', 'failed', 'closed'],
  connected: ['disconnected', 'closed'],
  disconnected: ['connected', 'checking', 'failed', 'closed'],
  failed: ['connected', 'checking', 'closed'],
  closed: [],
}

/** A machine whose checks are answered while `answers` says so, driven by its own timetable. */
class Driven {
  readonly machine: PeerMachine
  readonly actions: Action[] = []
  answers = true
  now = 0

  constructor(more: Partial<PeerSpec>, seed: number) {
    this.machine = new PeerMachine(peerSpec(more), seededRandom(seed))
    this.machine.addLocal('10.0.0.1', 0)
    this.machine.start(0)
  }

  get states(): readonly PeerState[] {
    return this.actions.flatMap((one) =>
      one.type === 'tell' && one.event.type === 'peer-state' ? [one.event.to] : [],
    )
  }

  pass(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const next = Math.max(this.machine.next(), this.now)
      if (next > end) break
      this.now = next + 0.001
      this.machine.tick(this.now)
      this.settle()
    }
    this.now = Math.max(this.now, end)
  }

  settle(): void {
    const fresh = this.machine.take()
    this.actions.push(...fresh.filter(({type}) => type !== 'check'))
    const checks = fresh.filter((action): action is CheckOrder => action.type === 'check')
    if (this.answers) for (const {transaction} of checks) this.machine.responded(transaction, this.now)
    if (checks.length > 0) this.settle()
  }
}

test('99 of 100 peers are not touched by the one that is lost', () => {
  const peers = Array.from({length: 100}, (_, seed) => new Driven({name: `peer ${seed}`}, seed))
  const [bad, ...good] = peers
  for (const peer of peers) peer.pass(60_000)
  if (bad) bad.answers = false
  for (const peer of peers) peer.pass(120_000)
  expect(bad?.states).toEqual(['checking', 'connected', 'disconnected', 'failed', 'closed'])
  for (const peer of good) expect(peer.states).toEqual(['checking', 'connected'])
})

test('days of good weather: one state, and no restart', () => {
  const peer = new Driven({keepalive: 15_000, inactive: 31_000}, 7)
  peer.pass(2 * 86_400_000)
  expect(peer.states).toEqual(['checking', 'connected'])
})

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({do: fc.constant('pass' as const), ms: fc.integer({min: 1, max: 40_000})}),
  },
  fc.record({do: fc.constant('answers' as const), yes: fc.boolean()}),
  fc.record({do: fc.constantFrom('add', 'remove'), address: fc.constantFrom('10.0.0.1', '10.0.0.3')}),
  fc.record({do: fc.constantFrom('request', 'stray', 'send-error', 'offer', 'answer', 'restart')}),
)

test('whatever happens, states follow the table, restarts keep to their limit, and time goes on', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 40}), fc.constantFrom('close', 'keep'), (steps, onFailed) => {
      const peer = new Driven({onFailed: onFailed as 'close' | 'keep'}, 3)
      for (const one of steps) {
        play(peer, one)
        peer.settle()
        const {restarts} = peer.machine.health(peer.now)
        expect(restarts).toBeLessThanOrEqual(3)
      }
      const states: PeerState[] = ['new', ...peer.states]
      for (const [at, state] of states.slice(1).entries())
        expect(NEXT[states[at] ?? 'closed']).toContain(state)
    }),
    {numRuns: 200},
  )
})

function play(peer: Driven, one: typeof step extends fc.Arbitrary<infer Step> ? Step : never): void {
  const {machine, now} = peer
  const from = {address: '10.0.0.9', port: 9}
  if (one.do === 'pass' && 'ms' in one) peer.pass(one.ms)
  else if (one.do === 'answers' && 'yes' in one) peer.answers = one.yes
  else if ('address' in one) {
    if (one.do === 'add') machine.addLocal(one.address, now)
    else machine.removeLocal(one.address, now)
  } else other(peer, one.do, from)
}

function other({machine, now}: Driven, what: string, from: {address: string; port: number}): void {
  const credentials = {ufrag: 'cccc', pwd: 'c'.repeat(24), candidates: [from]}
  switch (what) {
    case 'request':
      machine.requested({local: '10.0.0.1', from, generation: 0, role: null, nominate: true}, now)
      return
    case 'stray':
      machine.responded('00'.repeat(12), now)
      machine.counters.refused('forged', '10.0.0.9:9', now)
      return
    case 'send-error':
      machine.counters.sendFailed('ENETUNREACH', now)
      return
    case 'offer':
      machine.offered({type: 'offer', id: 'x', tieBreaker: '7', reason: 'why not', ...credentials}, now)
      return
    case 'answer':
      machine.answered({type: 'answer', id: 'unknown', ...credentials}, now)
      return
    default:
      machine.restart('asked to', now)
  }
}
