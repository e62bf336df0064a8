/** Which groups hold already while targets are still waited for. */
import type {CheckGroup} from './check-spec.ts'

export class GroupProgress {
  readonly #groups: ReadonlyMap<string, CheckGroup>
  readonly #good = new Set<string>()

  constructor(groups: readonly CheckGroup[]) {
    this.#groups = new Map(groups.map((group) => [group.name, group]))
  }

  /** The newest word about a target. */
  tell(target: string, good: boolean): void {
    if (good) this.#good.add(target)
    else this.#good.delete(target)
  }

  /** Whether a target with these groups is not needed any more: all of them have enough without it. */
  hold(names: readonly string[]): boolean {
    return names.length > 0 && names.every((name) => this.#holds(name))
  }

  #holds(name: string): boolean {
    const group = this.#groups.get(name)
    if (!group) return false
    return group.members.filter((member) => this.#good.has(member)).length >= group.needed
  }
}
