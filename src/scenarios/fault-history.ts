import type {ExpectedEffect} from '../faults/fault.ts'
import type {Millis} from '../core/units.ts'
import type {OtherFault} from './beside.ts'

interface Remembered extends OtherFault {
  /** Of the timeline: its states are one fault, the next of which replaces the one before. */
  readonly item: number
}

export interface Beginning {
  readonly item: number
  readonly name: string
  readonly effect: ExpectedEffect
  readonly felt: readonly string[]
  readonly begun: Millis
  /** Read back by then. */
  readonly from: Millis
}

/** Which faults of a drill were in force when. */
export class FaultHistory {
  readonly #all = new Map<string, Remembered>()

  began(fault: string, beginning: Beginning): void {
    this.#all.set(fault, {...beginning, to: Infinity, gone: Infinity})
  }

  /** Its effect was certainly there until `to`, and certainly no more after `gone`. */
  ended(fault: string, end: {readonly to: Millis; readonly gone: Millis}): void {
    const known = this.#all.get(fault)
    if (known) this.#all.set(fault, {...known, ...end})
  }

  /** All but the states of that fault itself. */
  besides(fault: string): readonly OtherFault[] {
    const own = this.#all.get(fault)
    return [...this.#all.values()].filter(({item}) => item !== own?.item)
  }
}
