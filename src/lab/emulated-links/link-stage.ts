/**
 * One fault on the packets of a link: decides of each packet in turn whether it is lost, doubled or damaged, and when it
 * leaves. Time and randomness come from outside, so the same seed and the same arrivals give the same fates.
 */
import type {LinkEffect} from '../../core/link-effects.ts'
import type {Random} from '../../core/ports.ts'
import type {Bytes, Millis} from '../../core/units.ts'
import {type Draw, correlatedDraw, deviationOf} from './draws.ts'
import {lossOf} from './lose-packets.ts'
import {type Slots, openSlots} from './slots.ts'

export interface Departure {
  readonly at: Millis
  /** Where in the packet one bit is turned, as a share of its length; null: undamaged. */
  readonly damage: number | null
}

export interface Fate {
  /** Empty when it is lost; two when it was doubled. */
  readonly departures: readonly Departure[]
  /** Too many were waiting. */
  readonly overflowed: boolean
}

const NEVER: Draw = () => 1

export class LinkStage {
  readonly #effect: LinkEffect
  readonly #isLost: () => boolean
  readonly #isDoubled: Draw
  readonly #isDamaged: Draw
  readonly #overtakes: Draw
  readonly #delay: Draw
  readonly #where: Draw
  readonly #slots: Slots | null
  /** When those that wait will leave, in the order in which they came. */
  readonly #waiting: Millis[] = []
  #gone = 0
  #last: Millis = 0
  #sinceOvertaken = 0

  /** Every decision has a stream of its own: asking for a loss as well does not change the delays. */
  constructor(effect: LinkEffect, random: Random) {
    const {loss, duplicate, corrupt, reorder, slot} = effect
    const draw = (label: string, chance: {readonly correlation: number} | undefined): Draw =>
      chance ? correlatedDraw(random.fork(label), chance.correlation) : NEVER
    this.#effect = effect
    this.#isLost = loss ? lossOf(loss, random.fork('loss')) : () => false
    this.#isDoubled = draw('duplicate', duplicate)
    this.#isDamaged = draw('corrupt', corrupt)
    this.#overtakes = draw('reorder', reorder)
    this.#delay = draw('delay', effect)
    const bits = random.fork('bits')
    this.#where = () => bits.next()
    this.#slots = slot ? openSlots(slot, random.fork('slots')) : null
  }

  /** `now` must not go back from one packet to the next. */
  pass(now: Millis, size: Bytes): Fate {
    const {duplicate, limit} = this.#effect
    const copies = 1 + (this.#isDoubled() < (duplicate?.chance ?? 0) ? 1 : 0) - (this.#isLost() ? 1 : 0)
    const departures: Departure[] = []
    let overflowed = false
    for (let copy = 0; copy < copies; copy++) {
      if (this.#countWaiting(now) < limit) departures.push(this.#depart(now, size))
      else overflowed = true
    }
    return {departures, overflowed}
  }

  #depart(now: Millis, size: Bytes): Departure {
    const damage = this.#isDamaged() < (this.#effect.corrupt?.chance ?? 0) ? this.#where() : null
    if (this.#isOvertaking()) return {at: now, damage}
    const due = this.#dueTime(now, size)
    const at = this.#slots?.take(due, size) ?? due
    if (at > now) this.#waiting.push(at)
    return {at, damage}
  }

  /** A rate keeps the order by itself: a packet is sent when the one before has been. */
  #dueTime(now: Millis, size: Bytes): Millis {
    const {delay, jitter, distribution, rate, keepOrder} = this.#effect
    const off = jitter === 0 ? 0 : jitter * deviationOf(distribution, this.#delay())
    const ready = now + Math.max(0, delay + off)
    if (rate === undefined && !keepOrder) return ready
    this.#last = Math.max(ready, this.#last) + (rate === undefined ? 0 : (size * 8000) / rate)
    return this.#last
  }

  #isOvertaking(): boolean {
    const {reorder} = this.#effect
    if (!reorder) return false
    this.#sinceOvertaken += 1
    if (this.#sinceOvertaken < reorder.gap || this.#overtakes() >= reorder.chance) return false
    this.#sinceOvertaken = 0
    return true
  }

  #countWaiting(now: Millis): number {
    while (this.#gone < this.#waiting.length && (this.#waiting[this.#gone] ?? 0) <= now) this.#gone += 1
    if (this.#gone > 1024 && this.#gone * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#gone)
      this.#gone = 0
    }
    return this.#waiting.length - this.#gone
  }
}
