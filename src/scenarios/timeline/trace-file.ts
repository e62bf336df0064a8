/** Recorded courses of a link as text: Mahimahi's lists of packet times, and CSV with a row per state. Pure. */
import type {Millis} from '../../core/units.ts'

/** The values as a `netem` fault takes them. */
export interface TraceState {
  readonly lasts: Millis
  readonly changes: Readonly<Record<string, string>>
}

export interface TraceMistake {
  readonly line: number
  readonly message: string
}

export type ParsedTrace =
  | {readonly ok: true; readonly states: readonly TraceState[]}
  | {readonly ok: false; readonly mistake: TraceMistake}

/** Bytes of one packet: each line of a Mahimahi trace lets one of full size pass. */
const PACKET = 1500
/** Packet times are counted in bins of this length: a link changes its rate this often at most. */
const BIN: Millis = 500
/** A limit can't be 0: what passes in a standstill. */
const STANDSTILL = 1000
const MOST_STATES = 2000

/** Reads the text by its name: `.up`, `.down` and `.trace` are Mahimahi's, all else is CSV. */
export function parseTrace(name: string, text: string): ParsedTrace {
  const states = /\.(up|down|trace)$/i.test(name) ? parsePacketTimes(text) : parseTable(text)
  if (!states.ok || states.states.length <= MOST_STATES) return states
  return wrong(1, `${states.states.length} states are more than the ${MOST_STATES} a drill can hold`)
}

function parsePacketTimes(text: string): ParsedTrace {
  const counts: number[] = []
  let before = 0
  for (const [index, line] of text.split('\n').entries()) {
    const word = line.trim()
    if (word === '') continue
    if (!/^\d{1,9}$/.test(word))
      return wrong(index + 1, `"${word.slice(0, 20)}" is not a time in milliseconds`)
    const at = Number(word)
    if (at < before) return wrong(index + 1, `${at} comes after ${before}: the times have to ascend`)
    before = at
    const bin = Math.floor(at / BIN)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  if (counts.length === 0) return wrong(1, 'there is no packet time in it')
  const rateOf = (count: number | undefined): string =>
    `${Math.max(STANDSTILL, Math.round(((count ?? 0) * PACKET * 8 * 1000) / BIN))}bit`
  // A sparse array: Array.from fills the bins in which nothing passed.
  return {ok: true, states: Array.from(counts, (count) => ({lasts: BIN, changes: {rate: rateOf(count)}}))}
}

/** What a column may hold, and in which unit a bare number under such a heading is. */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  time: {'': '', ms: 'ms', s: 's'},
  delay: {'': '', ms: 'ms', s: 's'},
  rtt: {'': '', ms: 'ms', s: 's'},
  jitter: {'': '', ms: 'ms', s: 's'},
  rate: {'': '', bit: 'bit', kbit: 'kbit', mbit: 'mbit'},
  loss: {'': '', percent: '%'},
}

function parseTable(text: string): ParsedTrace {
  const lines = text.split('\n').map((line, index) => ({line: index + 1, text: line.trim()}))
  const rows = lines.filter((row) => row.text !== '' && !row.text.startsWith('#'))
  const [head, ...body] = rows
  if (!head) return wrong(1, 'it is empty')
  const columns = head.text.split(',').map((cell) => columnOf(cell.trim().toLowerCase()))
  const unknown = columns.findIndex((column) => column === null)
  if (unknown >= 0) {
    const heading = head.text.split(',')[unknown]?.trim() ?? ''
    const known = Object.keys(COLUMNS).join(', ')
    return wrong(
      head.line,
      `"${heading}" is no column: there are ${known}, with the unit of bare numbers behind, such as time_ms`,
    )
  }
  if (!columns.some((column) => column?.name === 'time'))
    return wrong(head.line, 'the column time is missing')
  return statesOf(
    body.map(({line, text: row}) => ({line, cells: row.split(',').map((cell) => cell.trim())})),
    columns.flatMap((column) => column ?? []),
  )
}

interface Column {
  readonly name: string
  readonly unit: string
}

function columnOf(heading: string): Column | null {
  const [name = '', unit = ''] = heading.split('_')
  const found = Object.hasOwn(COLUMNS, name) ? COLUMNS[name]?.[unit] : undefined
  return found === undefined ? null : {name, unit: found}
}

type Row = {readonly line: number; readonly cells: readonly string[]}

function statesOf(rows: readonly Row[], columns: readonly Column[]): ParsedTrace {
  const states: {at: Millis; changes: Record<string, string>}[] = []
  for (const {line, cells} of rows) {
    if (cells.length !== columns.length)
      return wrong(line, `${cells.length} cells under ${columns.length} headings`)
    const values = cells.map((cell, index) => withUnit(cell, columns[index]?.unit ?? ''))
    const at = timeOf(values[columns.findIndex(({name}) => name === 'time')] ?? '')
    if (at === null) return wrong(line, 'the time is not a number with a unit, such as 250ms or 1.5s')
    if (at <= (states.at(-1)?.at ?? -1)) return wrong(line, 'the times have to ascend')
    const pairs = columns.map(({name}, index) => [name, values[index] ?? ''] as const)
    states.push({
      at,
      changes: Object.fromEntries(pairs.filter(([name, value]) => name !== 'time' && value !== '')),
    })
  }
  if (states.length < 2)
    return wrong(1, 'it needs two rows at least: the last one lasts as long as the one before')
  const lasts = (index: number): Millis => {
    const [from, to] = index + 1 < states.length ? [index, index + 1] : [index - 1, index]
    return (states[to]?.at ?? 0) - (states[from]?.at ?? 0)
  }
  return {ok: true, states: states.map(({changes}, index) => ({lasts: lasts(index), changes}))}
}

function withUnit(cell: string, unit: string): string {
  return /^\d+(\.\d+)?$/.test(cell) ? `${cell}${unit}` : cell
}

function timeOf(text: string): Millis | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? []
  return number === undefined ? null : Number(number) * (unit === 's' ? 1000 : 1)
}

function wrong(line: number, message: string): ParsedTrace {
  return {ok: false, mistake: {line, message}}
}
