/** What was last said of each target that a group is judged by: a group that is new begins with it. */
import type {RunEvent} from '../../core/events.ts'

type Kind = 'state' | 'mptcp' | 'link'

const KINDS: Partial<Record<RunEvent['type'], Kind>> = {
  'state-changed': 'state',
  'mptcp-changed': 'mptcp',
  'link-lost': 'link',
  'link-restored': 'link',
}

export class LastWords {
  readonly #words = new Map<string, Partial<Record<Kind, RunEvent>>>()

  add(event: RunEvent): void {
    if (event.type === 'target-removed') this.#words.delete(event.target)
    const kind = KINDS[event.type]
    if (kind === undefined || !('target' in event) || typeof event.target !== 'string') return
    this.#words.set(event.target, {...this.#words.get(event.target), [kind]: event})
  }

  /** In the order in which they were said. */
  of(targets: readonly string[]): readonly RunEvent[] {
    return targets
      .flatMap((target) => Object.values(this.#words.get(target) ?? {}))
      .toSorted((one, other) => one.at - other.at)
  }
}
