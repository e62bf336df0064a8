/** A netem fault as tc words, each with its unit, and as the numbers that tc's JSON must then show. */
import {type NamedTable, nameTable} from '../../core/delay-table.ts'
import type {BitsPerSecond, Millis, Ratio} from '../../core/units.ts'
import {computeLimit} from '../../core/netem-limit.ts'
import type {Leaf} from '../situation.ts'
import type {Chance, LossModel, NetemSpec, SlotSpec} from './netem-spec.ts'

/** Part of the option list together with what its read-back must say. */
interface Part {
  readonly words: readonly string[]
  readonly expect: Readonly<Record<string, number | boolean>>
  readonly table?: NamedTable
}

const NOTHING: Part = {words: [], expect: {}}

/**
 * A rate far above any line. netem sends in order as soon as it has a rate, because it then computes every send time
 * from the packet before (sch_netem.c, netem_enqueue); without one, jitter reorders.
 */
const ORDER_GUARD: BitsPerSecond = 100e9

export interface LeafRequest {
  readonly spec: NetemSpec
  readonly delay: Millis
  readonly takesSeed: boolean
}

export function needsOrderGuard(spec: NetemSpec): boolean {
  const ordered = spec.keep_order ?? spec.reorder === undefined
  return ordered && (spec.jitter ?? 0) > 0 && spec.rate === undefined
}

/** Always the whole set: netem forgets what a change leaves out. */
export function netemLeaf({spec, delay, takesSeed}: LeafRequest): Leaf {
  const jitter = spec.jitter ?? 0
  const limit = spec.limit ?? computeLimit({delay, jitter, rate: spec.rate ?? null})
  const parts: readonly Part[] = [
    {words: ['limit', String(limit)], expect: {limit}},
    delayPart(spec, delay, jitter),
    partOf(spec.loss, lossPart),
    partOf(spec.ecn || undefined, () => ({words: ['ecn'], expect: {ecn: true}})),
    partOf(spec.duplicate, (chance) => chancePart('duplicate', chance)),
    partOf(spec.corrupt, (chance) => chancePart('corrupt', chance)),
    partOf(spec.reorder, (chance) => reorderPart(chance, spec.gap)),
    partOf(spec.rate ?? (needsOrderGuard(spec) ? ORDER_GUARD : undefined), ratePart),
    partOf(spec.slot, slotPart),
    // tc shows the seed only in newer versions, so its read-back can't be demanded.
    partOf(takesSeed ? spec.seed : undefined, (seed) => ({words: ['seed', String(seed)], expect: {}})),
  ]
  const tables = parts.flatMap(({table}) => table ?? [])
  return {
    kind: 'netem',
    options: parts.flatMap((part) => part.words),
    expect: Object.assign({}, ...parts.map((part) => part.expect)) as Leaf['expect'],
    ...(tables.length > 0 && {tables}),
  }
}

function partOf<Value>(value: Value | undefined, make: (value: Value) => Part): Part {
  return value === undefined ? NOTHING : make(value)
}

function ratePart(rate: BitsPerSecond): Part {
  const bits = Math.round(rate)
  return {words: ['rate', `${bits}bit`], expect: {'rate.rate': Math.floor(bits / 8)}}
}

function delayPart(spec: NetemSpec, delay: Millis, jitter: Millis): Part {
  if (delay === 0 && jitter === 0) return NOTHING
  const expect = {'delay.delay': delay / 1000, 'delay.jitter': jitter / 1000}
  if (jitter === 0) return {words: ['delay', time(delay)], expect}
  const {correlation = 0, distribution = 'uniform'} = spec
  const table = typeof distribution === 'string' ? null : nameTable(distribution)
  return {
    words: [
      ...['delay', time(delay), time(jitter)],
      ...(correlation > 0 ? [percent(correlation)] : []),
      ...(distribution === 'uniform' ? [] : ['distribution', table?.name ?? String(distribution)]),
    ],
    expect: {...expect, 'delay.correlation': correlation},
    ...(table && {table}),
  }
}

function lossPart(loss: LossModel): Part {
  switch (loss.model) {
    case 'random':
      return {
        words: ['loss', 'random', percent(loss.chance), ...correlationWords(loss.correlation)],
        expect: {'loss-random.loss': loss.chance, 'loss-random.correlation': loss.correlation},
      }
    case 'state':
      return modelPart('state', {
        p13: loss.p13,
        p31: loss.p31,
        p32: loss.p32,
        p23: loss.p23,
        p14: loss.p14,
      })
    case 'gemodel':
      return modelPart('gemodel', {p: loss.p, r: loss.r, '1-h': loss.badLoss, '1-k': loss.goodLoss})
  }
}

function modelPart(model: string, values: Readonly<Record<string, Ratio>>): Part {
  return {
    words: ['loss', model, ...Object.values(values).map(percent)],
    expect: Object.fromEntries(Object.entries(values).map(([key, value]) => [`loss-${model}.${key}`, value])),
  }
}

function chancePart(word: 'duplicate' | 'corrupt' | 'reorder', {chance, correlation}: Chance): Part {
  return {
    words: [word, percent(chance), ...correlationWords(correlation)],
    expect: {[`${word}.${word}`]: chance, [`${word}.correlation`]: correlation},
  }
}

function reorderPart(reorder: Chance, gap: number | undefined): Part {
  const part = chancePart('reorder', reorder)
  // tc itself sets a gap of 1 when reordering is asked without one.
  return {
    words: [...part.words, ...(gap === undefined ? [] : ['gap', String(gap)])],
    expect: {...part.expect, gap: gap ?? 1},
  }
}

function slotPart(slot: SlotSpec): Part {
  const max = slot.max ?? slot.min
  return {
    words: [
      ...['slot', time(slot.min), time(max)],
      ...(slot.packets === undefined ? [] : ['packets', String(slot.packets)]),
      ...(slot.bytes === undefined ? [] : ['bytes', String(slot.bytes)]),
    ],
    expect: {
      'slot.min-delay': slot.min / 1000,
      'slot.max-delay': max / 1000,
      'slot.packets': slot.packets ?? 0,
      'slot.bytes': slot.bytes ?? 0,
    },
  }
}

function correlationWords(correlation: Ratio): readonly string[] {
  return correlation > 0 ? [percent(correlation)] : []
}

/** Always with its unit: a bare number means microseconds to one tc and nanoseconds to another. */
function time(ms: Millis): string {
  return Number.isInteger(ms) ? `${ms}ms` : `${Math.round(ms * 1000)}us`
}

function percent(ratio: Ratio): string {
  return `${Number((ratio * 100).toFixed(6))}%`
}
