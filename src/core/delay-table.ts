/**
 * How delays scatter, as a table of netem's: signed 16-bit values, 8192 to a unit of the jitter (NETEM_DIST_SCALE in the
 * kernel's net/sched/sch_netem.c). Whoever delays a packet takes one entry at random, times the jitter, off the mean. Pure.
 */
import type {Millis} from './units.ts'

/** Entries per unit of the jitter. */
export const TABLE_SCALE = 8192
/** tc takes at most 16384 entries (tc/q_netem.c); its own tables have 4096. */
export const MOST_ENTRIES = 16_384
/** What fits into 16 bits, on either side. */
const MOST_VALUE = 32_767
/** More samples are put together in so many parts of equal size: a line of text holds some twenty. */
const PARTS = 1024

interface DelayScatter {
  readonly mean: Millis
  /**
   * The unit of the table: one standard deviation, or more where a sample lies further than four of them from the mean, since
   * 16 bits reach no further. 0 where all samples are the same.
   */
  readonly jitter: Millis
  /** Ascending; its deviation times the jitter is that of the samples. Empty where the jitter is 0. */
  readonly table: readonly number[]
}

/** Keeps mean and standard deviation of the samples (at most half an entry's step off), and their quantiles in at most 1024 parts. */
export function scatterOf(samples: readonly Millis[]): DelayScatter {
  const mean = meanOf(samples)
  const spread = deviationFrom(samples, mean)
  const parts = partsOf(samples.toSorted((a, b) => a - b)).map((value) => value - mean)
  // Means of parts scatter a little less than what they are the means of.
  const narrowed = deviationFrom(parts, 0)
  const widened = narrowed === 0 ? [] : parts.map((part) => (part * spread) / narrowed)
  const jitter = microseconds(Math.max(spread, (farthest(widened) * TABLE_SCALE) / MOST_VALUE))
  if (jitter === 0) return {mean, jitter, table: []}
  return {mean, jitter, table: widened.map((part) => Math.round((part / jitter) * TABLE_SCALE))}
}

/** The standard deviation of what a table gives, in units of the jitter. */
export function tableSpread(table: readonly number[]): number {
  return deviationFrom(table, meanOf(table)) / TABLE_SCALE
}

/** The deviation that belongs to a draw in [0, 1), in units of the jitter. */
export function entryOf(table: readonly number[], draw: number): number {
  return (table[Math.floor(draw * table.length)] ?? 0) / TABLE_SCALE
}

/** A table under the name by which tc is told of it. */
export interface NamedTable {
  readonly name: string
  readonly values: readonly number[]
}

/** The same values always have the same name, and others another. */
export function nameTable(values: readonly number[]): NamedTable {
  let hash = 0x811c9dc5
  for (const value of values) hash = Math.imul(hash ^ (value & 0xffff), 0x01000193)
  return {name: `recorded-${(hash >>> 0).toString(16).padStart(8, '0')}`, values}
}

const PER_LINE = 10

/** A `.dist` file as tc reads it: numbers between blanks; lines that begin with # are not read. */
export function renderDist(values: readonly number[], comments: readonly string[] = []): string {
  const lines = comments.map((line) => `# ${line}`)
  for (let at = 0; at < values.length; at += PER_LINE) lines.push(values.slice(at, at + PER_LINE).join(' '))
  return `${lines.join('\n')}\n`
}

/** Mean values of parts with the same share of all samples; a sample may lie in two of them. */
function partsOf(ascending: readonly Millis[]): readonly Millis[] {
  if (ascending.length <= PARTS) return ascending
  const share = ascending.length / PARTS
  return Array.from({length: PARTS}, (_, part) => {
    const [from, to] = [part * share, (part + 1) * share]
    let sum = 0
    for (let index = Math.floor(from); index < to; index++)
      sum += (ascending[index] ?? 0) * (Math.min(to, index + 1) - Math.max(from, index))
    return sum / share
  })
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviationFrom(values: readonly number[], mean: number): number {
  if (values.length === 0) return 0
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

function farthest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/** What tc takes; never below what was asked. */
function microseconds(ms: Millis): Millis {
  return Math.ceil(ms * 1000) / 1000
}
