/** The orders in which the target table can be shown. */
import {STATE_LOOKS} from './glyphs.ts'
import {recentStatistics} from './recent.ts'
import type {TargetView} from './target-view.ts'

const SORT_KEYS = ['document', 'state', 'loss', 'p95', 'name'] as const
export type SortKey = (typeof SORT_KEYS)[number]

/** The next key in the circle. */
export function nextSortKey(key: SortKey): SortKey {
  return SORT_KEYS[(SORT_KEYS.indexOf(key) + 1) % SORT_KEYS.length] ?? 'document'
}

/** Worst first; equals stay in the order of the document. */
export function sortTargets(targets: readonly TargetView[], key: SortKey): readonly TargetView[] {
  if (key === 'document') return targets
  if (key === 'name') return targets.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const ranks = new Map(targets.map((target) => [target, rank(target, key)]))
  return targets.toSorted((a, b) => (ranks.get(b) ?? 0) - (ranks.get(a) ?? 0))
}

function rank(target: TargetView, key: 'state' | 'loss' | 'p95'): number {
  switch (key) {
    case 'state':
      return STATE_LOOKS[target.state].rank
    case 'loss':
      return recentStatistics(target.recent).loss
    case 'p95':
      return recentStatistics(target.recent).rtt?.p95 ?? -1
  }
}
