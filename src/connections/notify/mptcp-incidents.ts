/** A multipath connection that lost what it had: it works on, and somebody should know. */
import type {MptcpEvent} from '../../core/network-events.ts'
import type {Incident} from './incident.ts'

type Changed = MptcpEvent & {type: 'mptcp-changed'}
export type MptcpStep = Pick<Incident, 'kinds' | 'labels' | 'annotations' | 'level'>

/**
 * From the first fallback or the loss of all but one path until MPTCP is used as before: one incident, however many tries fail
 * meanwhile, and under one name, so that a receiver knows what is resolved. A connection that never had a second path has
 * lost nothing when it has one.
 */
export class MptcpIncidents {
  /** Targets that have had several subflows. */
  readonly #multipath = new Set<string>()

  /** What to begin, `over`, or null for no news. */
  add({target, to, because, retryIn}: Changed): MptcpStep | 'over' | null {
    if (to === 'multipath') {
      this.#multipath.add(target)
      return 'over'
    }
    const hadMore = this.#multipath.has(target)
    if (to === 'single-path' && !hadMore) return 'over'
    const now = to === 'tcp' ? 'works by plain TCP' : 'works on a single path'
    const next = retryIn === null ? '' : '; MPTCP is tried again by itself'
    return {
      kinds: ['targets', 'mptcp'],
      labels: {alertname: 'MptcpDegraded', target, severity: 'warning'},
      annotations: {summary: `${target} ${now}: ${because}${next}`},
      level: 1,
    }
  }

  forget(target: string): void {
    this.#multipath.delete(target)
  }
}
