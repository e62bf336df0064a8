/** Which columns of the target table have room, and how wide they are. Fault bands use the same grid. */

/** Width 0 means that the column isn't shown. */
export interface Columns {
  readonly total: number
  readonly name: number
  readonly state: number
  /** States and faults in a few letters. */
  readonly isShort: boolean
  readonly last: number
  readonly next: number
  readonly loss: number
  readonly p95: number
  readonly p50: number
  readonly since: number
  readonly gap: number
  /** Where the chart begins, and how wide it is. */
  readonly chartAt: number
  readonly chart: number
}

export type OptionalColumn = 'last' | 'next' | 'loss' | 'p95' | 'p50' | 'since'

/** In the order in which they appear; on a narrow terminal the last of `PRIORITY` goes first. */
export const COLUMN_ORDER: readonly OptionalColumn[] = ['last', 'next', 'loss', 'p50', 'p95', 'since']
const PRIORITY: readonly OptionalColumn[] = ['last', 'next', 'loss', 'p95', 'p50', 'since']

/** The cursor's column with the space after it. */
export const CURSOR_WIDTH = 3
/** The last column stays free: some terminals wrap when it is written. */
const RIGHT_MARGIN = 1

/** Below this the chart needs the room more than how long a state lasts. */
const WIDE = 160

/** Plans the grid for a terminal of `total` columns; `longestName` is the width of the longest name in it. */
export function planColumns(total: number, longestName: number): Columns {
  const isNarrow = total < 60
  const gap = total >= 100 ? 2 : 1
  const name = Math.max(4, Math.min(longestName, isNarrow ? 10 : Math.floor(total * 0.2)))
  const state = isNarrow ? 8 : 14
  const widths = columnWidths(total)
  const leastChart = total < 100 ? 14 : Math.floor(total * 0.22)
  const shown: Partial<Record<OptionalColumn, number>> = {}
  let chartAt = CURSOR_WIDTH + name + gap + state + gap
  for (const column of PRIORITY) {
    if (column === 'since' && total < WIDE) continue
    const next = chartAt + widths[column] + gap
    if (total - RIGHT_MARGIN - next < leastChart) break
    shown[column] = widths[column]
    chartAt = next
  }
  const chart = Math.max(0, total - RIGHT_MARGIN - chartAt)
  const none = {last: 0, next: 0, loss: 0, p95: 0, p50: 0, since: 0}
  return {...none, ...shown, total, name, state, isShort: isNarrow, gap, chartAt, chart}
}

function columnWidths(total: number): Readonly<Record<OptionalColumn, number>> {
  const last = total >= 140 ? 22 : total >= 100 ? 16 : 12
  return {last, next: total >= 100 ? 12 : 10, loss: 6, p95: 6, p50: 6, since: 6}
}
