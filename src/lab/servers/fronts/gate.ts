import type {Random} from '../../../core/ports.ts'
import type {FrontChoice, FrontEffect} from '../../../core/proxy-effects.ts'
import type {Tally} from '../toxics/tally.ts'

/** One effect of a fault in force, with its own count and draw. */
export class Gate<E extends FrontEffect> {
  readonly fault: string
  readonly effect: E
  readonly #random: Random
  readonly #tally: Tally
  #seen = 0
  #over: (() => void)[] | null = []

  constructor(fault: string, effect: E, world: {readonly random: Random; readonly tally: Tally}) {
    this.fault = fault
    this.effect = effect
    this.#random = world.random
    this.#tally = world.tally
  }

  /** Asked once for each that fits: whether the fault acts on it. */
  opens(what: object): boolean {
    this.#tally.matched(this.fault, what)
    const acts = isChosen(this.effect.choice, this.#seen, () => this.#random.next())
    this.#seen += 1
    if (acts) this.#tally.affected(this.fault, what)
    return acts
  }

  /** It fits, but the fault leaves it alone for a reason of its own; false. */
  spares(what: object): false {
    this.#tally.matched(this.fault, what)
    return false
  }

  /** Calls back when the fault ends; what waits for that must not wait for ever. Returns what takes the wish back. */
  whenOver(act: () => void): () => void {
    if (this.#over === null) {
      act()
      return () => {}
    }
    this.#over.push(act)
    return () => {
      this.#over = this.#over?.filter((one) => one !== act) ?? null
    }
  }

  close(): void {
    const all = this.#over ?? []
    this.#over = null
    for (const act of all) act()
  }
}

function isChosen({after = 0, first, share}: FrontChoice, before: number, draw: () => number): boolean {
  const inRange = before >= after && (first === undefined || before < after + first)
  return inRange && (share === undefined || draw() < share)
}
