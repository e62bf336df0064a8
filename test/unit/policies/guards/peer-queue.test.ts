import {describe, expect, it} from 'vitest'
import {type PeerQueue, askPeer, leavePeer, startQueue} from '../../../../src/policies/guards/peer-queue.ts'
import type {Priority} from '../../../../src/policies/guards/settings.ts'
import {RATE} from './support.ts'

interface Caller {
  readonly id: string
  readonly priority: Priority
  due: number
}

/** Each asks when it is due, and again when it is told to; gives who went, and when. */
function drive(callers: readonly Caller[], until: number): readonly (readonly [string, number])[] {
  let queue: PeerQueue = startQueue(RATE, 0)
  const went: (readonly [string, number])[] = []
  const waiting = new Set(callers)
  for (;;) {
    const [next] = [...waiting].toSorted((a, b) => a.due - b.due || a.id.localeCompare(b.id))
    if (!next || next.due > until) return went
    const answer = askPeer(queue, {id: next.id, settings: {...RATE, priority: next.priority}}, next.due)
    queue = answer.queue
    if (answer.type === 'wait') next.due = answer.until
    else {
      waiting.delete(next)
      if (answer.type === 'go') went.push([next.id, next.due])
    }
  }
}

describe('the line in front of a host', () => {
  it('lets its burst through at once and then keeps the rate, first come first served', () => {
    const callers = ['a', 'b', 'c', 'd'].map((id): Caller => ({id, priority: 'normal', due: 0}))
    expect(drive(callers, 60_000)).toEqual([
      ['a', 0],
      ['b', 500],
      ['c', 1000],
      ['d', 1500],
    ])
  })

  it('lets a critical one wait for one slot at most, however many wait in the background', () => {
    const flood = Array.from({length: 50}, (_, n): Caller => ({id: `bg${n}`, priority: 'background', due: 0}))
    const went = drive([...flood, {id: 'critical', priority: 'critical', due: 1200}], 3000)
    const at = went.find(([id]) => id === 'critical')?.[1] ?? Number.NaN
    expect(at - 1200).toBeLessThanOrEqual(500)
  })

  it('lets one in the background through in the end, though others never stop coming', () => {
    const steady = Array.from({length: 200}, (_, n): Caller => ({
      id: `c${n}`,
      priority: 'critical',
      due: n * 400,
    }))
    const went = drive([...steady, {id: 'patient', priority: 'background', due: 100}], 80_000)
    const at = went.find(([id]) => id === 'patient')?.[1] ?? Number.NaN
    // Two classes up take twice the ageing; then nobody who came later is ahead.
    expect(at).toBeLessThanOrEqual(100 + 2 * RATE.ageing + 1000)
  })

  it('forgets who left and who did not come again', () => {
    const ask = (queue: PeerQueue, id: string, now: number): ReturnType<typeof askPeer> =>
      askPeer(queue, {id, settings: RATE}, now)
    const first = ask(startQueue(RATE, 0), 'a', 0).queue
    const two = ask(ask(first, 'b', 0).queue, 'c', 0).queue
    expect(ask(two, 'c', 500)).toMatchObject({type: 'wait', ahead: 1})
    expect(ask(leavePeer(two, 'b'), 'c', 500).type).toBe('go')
    expect(ask(two, 'd', 5000).type).toBe('go')
  })
})
