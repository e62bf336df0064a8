/** How the rows of the terminal are shared out between the parts of the screen. */

export interface Layout {
  /** Empty lines between the parts. */
  readonly isAiry: boolean
  readonly hasTableHead: boolean
  readonly targets: number
  readonly hasAxis: boolean
  readonly faults: number
  /** Each fault has a second line for its proof. */
  readonly hasProofs: boolean
  readonly hasLogHead: boolean
  readonly log: number
}

export interface LayoutNeeds {
  readonly rows: number
  readonly targets: number
  readonly faults: number
}

/** Title, steps and footer. */
export const FIXED_ROWS = 3
const MANY_ROWS = 20

/** Plans the parts for a terminal of `rows`; their sum never exceeds `rows`. */
export function planLayout({rows, targets, faults}: LayoutNeeds): Layout {
  const isAiry = rows >= MANY_ROWS
  const gaps = isAiry ? (faults > 0 ? 4 : 3) : 0
  let left = Math.max(0, rows - FIXED_ROWS - gaps)
  const take = (wanted: number): number => {
    const taken = Math.max(0, Math.min(wanted, left))
    left -= taken
    return taken
  }
  const hasTableHead = rows >= 10 && take(1) === 1
  const hasAxis = faults > 0 && rows >= 12 && take(1) === 1
  const leastLog = leastLogRows(rows)
  const forFaults = Math.max(1, Math.floor((left - leastLog) * 0.4))
  const shownTargets = take(Math.min(targets, Math.max(1, left - leastLog - Math.min(faults, forFaults))))
  const shownFaults = take(Math.min(faults, Math.max(0, left - leastLog)))
  const hasProofs = shownFaults === faults && faults > 0 && left - faults >= leastLog
  if (hasProofs) take(faults)
  const hasLogHead = isAiry && take(1) === 1
  return {
    isAiry,
    hasTableHead,
    targets: shownTargets,
    hasAxis,
    faults: shownFaults,
    hasProofs,
    hasLogHead,
    log: left,
  }
}

function leastLogRows(rows: number): number {
  if (rows >= 24) return 7
  if (rows >= 16) return 4
  return rows >= 14 ? 2 : 0
}
